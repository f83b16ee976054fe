export type {
  DatabaseSettings,
  EmbeddedSettings,
  PostgresqlSettings,
  SslMode,
} from './connection/database-settings.js';
export { DatabaseModule } from './database.module.js';
export { DatabasePool } from './connection/database-pool.js';
export * from './schema/entities/index.js';
export { migrate } from './schema/migrate.js';

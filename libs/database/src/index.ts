export type { DatabaseSettings, EmbeddedSettings, PostgresqlSettings, SslMode } from './database-settings.js';
export { DatabaseModule } from './database.module.js';
export { DatabasePool } from './database-pool.js';
export * from './entities/index.js';
export { migrate } from './migrate.js';

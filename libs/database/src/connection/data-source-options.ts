import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import * as entities from '../schema/entities/index.js';
import { CreateTables1700000000000 } from '../schema/migrations/1700000000000-create-tables.js';

// Mastodon's timestamps have no time zone and are in UTC; node-postgres would read and write them in that of the
// process. Reading is set for each pool below; for writing there is but this one switch.
pg.defaults.parseInputDatesAsUTC = true;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));

/** What the pool is like, beyond node-postgres' defaults. */
export interface PoolOptions {
  readonly poolSize: number;
  readonly connectionTimeoutMillis?: number;
  readonly query_timeout?: number;
  readonly idleTimeoutMillis?: number;
  readonly maxLifetimeSeconds?: number;
  /** Called when a connection ends that nobody uses; without it that would end the process. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * TypeORM's options: all entities and migrations, and nothing that happens by itself.
 *
 * Nothing is set at the start of a session or kept in it, so that PgBouncer may stand before the server in transaction
 * mode.
 */
export function dataSourceOptions(
  parameters: Readonly<Record<string, unknown>>,
  { poolSize, onIdleError = () => undefined, ...pool }: PoolOptions,
): DataSourceOptions {
  return {
    type: 'postgres',
    entities,
    migrations: [CreateTables1700000000000],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    logging: false,
    poolSize,
    poolErrorHandler: onIdleError,
    extra: { keepAlive: true, ...pool, ...parameters, types },
  };
}

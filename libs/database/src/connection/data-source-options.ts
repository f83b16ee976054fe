import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import * as entities from '../schema/entities/index.js';
import { CreateTables1700000000000 } from '../schema/migrations/1700000000000-create-tables.js';
import { CancellingClient } from './cancelling-client.js';

// Mastodon's timestamps have no time zone and are in UTC; node-postgres would read and write them in the zone of the
// process. Reading is set for each pool below. For writing there is only this global switch.
pg.defaults.parseInputDatesAsUTC = true;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));

/** Options of the pool, in node-postgres' units. */
export interface PoolOptions {
  readonly poolSize: number;
  readonly connectionTimeoutMillis?: number;
  readonly query_timeout?: number;
  readonly idleTimeoutMillis?: number;
  readonly maxLifetimeSeconds?: number;
  /** Called when an idle connection fails. Without a listener the error would end the process. */
  readonly onIdleError?: (error: Error) => void;
  /** Called with each pool that TypeORM makes, before it connects. */
  readonly onPool?: (pool: pg.Pool) => void;
}

/**
 * TypeORM's options: all entities and migrations, with neither automatic migrations nor synchronisation.
 *
 * TypeORM and the hot statements share one pool. TypeORM's option `driver` takes "the driver object" in place of
 * `require('pg')`: ours is node-postgres with a `Pool` that is handed to `onPool`. The hot statements need what TypeORM's
 * `query` does not offer: names for prepared statements, rows as arrays, parameters in binary, a time limit for each, and
 * a connection that is given up after a statement that failed.
 *
 * No session state is set or kept, so that PgBouncer in transaction mode works.
 */
export function dataSourceOptions(
  parameters: Readonly<Record<string, unknown>>,
  { poolSize, onIdleError = () => undefined, onPool = () => undefined, ...pool }: PoolOptions,
): DataSourceOptions {
  return {
    type: 'postgres',
    driver: driverWith(onPool),
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

/** The module node-postgres with a `Pool` whose connections cancel their statements. */
function driverWith(onPool: (pool: pg.Pool) => void): object {
  class Pool extends pg.Pool {
    constructor(options: pg.PoolConfig) {
      super({ ...options, Client: CancellingClient });
      onPool(this);
    }
  }
  return Object.assign(Object.create(pg) as object, { Pool });
}

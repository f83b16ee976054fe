import type { DataSource } from 'typeorm';
import { connectionOptions } from '../connection/connection-options.js';
import { openPool } from '../connection/open-pool.js';
import { PooledSource } from '../connection/pooled-source.js';

/**
 * Creates the tables in an empty database. If it has created them before, it does nothing.
 *
 * @throws Error when other software has created the tables, Mastodon for example; then it changes nothing
 */
export async function migrate(url: string): Promise<void> {
  const pooled = new PooledSource();
  const { source } = pooled;
  await openPool(pooled, connectionOptions({ kind: 'postgresql', url }), { poolSize: 1 });
  try {
    await refuseForeignTables(source);
    await source.runMigrations({ transaction: 'all' });
  } finally {
    await source.destroy();
  }
}

/** Checks this first, because TypeORM would create its table `migrations` before it fails. */
async function refuseForeignTables(source: DataSource): Promise<void> {
  const [found] = await source.query<{ tables: string | null; migrations: string | null }[]>(
    "SELECT to_regclass('oauth_access_tokens') AS tables, to_regclass('migrations') AS migrations",
  );
  if (found?.tables && !found.migrations) {
    throw new Error('the database has tables that other software has created, Mastodon for example');
  }
}

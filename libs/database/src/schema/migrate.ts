import { DataSource } from 'typeorm';
import { connectionOptions } from '../connection/connection-options.js';
import { dataSourceOptions } from '../connection/data-source-options.js';

/**
 * Creates the tables in an empty database. For tests and for platforms that begin with us; a Mastodon database has its
 * own migrations, and this fails on its tables without changing anything.
 */
export async function migrate(url: string): Promise<void> {
  const { parameters, encryptions } = connectionOptions({ kind: 'postgresql', url });
  const source = new DataSource(dataSourceOptions({ ...parameters, ssl: encryptions[0] }, { poolSize: 1 }));
  await source.initialize();
  try {
    await source.runMigrations({ transaction: 'all' });
  } finally {
    await source.destroy();
  }
}

import pg from 'pg';
import { onTestFinished } from 'vitest';

import type { TestEnvironment } from './test-environment.js';
import { until } from './until.js';

/** Makes PostgreSQL slow for as long as a test wants: statements that read a locked table wait. */
export class TableLock {
  readonly #client: pg.Client;
  #released = false;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Locks tables of the environment's database, until the running test ends at the latest. */
  static async take({ env }: Pick<TestEnvironment, 'env'>, ...tables: readonly string[]): Promise<TableLock> {
    const client = new pg.Client({ connectionString: env['DATABASE_URL'] });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
    const lock = new TableLock(client);
    onTestFinished(() => lock.release());
    return lock;
  }

  /** How many statements wait for the lock now. */
  async blockedStatements(): Promise<number> {
    // Within a transaction, PostgreSQL would continue showing the connections of the first look.
    await this.#client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await this.#client.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return Number(rows[0]?.count);
  }

  /** Settles when as many statements as this wait, or more. */
  async untilBlocked(count = 1): Promise<void> {
    await until(`${count} statements wait for a locked table`, async () => (await this.blockedStatements()) >= count);
  }

  /** Terminates the connections of the waiting statements, as an administrator may. */
  async terminateBlocked(): Promise<void> {
    await this.#client.query('SELECT pg_stat_clear_snapshot()');
    await this.#client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  }

  /** Releases the lock. */
  async release(): Promise<void> {
    if (!this.#released) {
      this.#released = true;
      await this.#client.end();
    }
  }
}

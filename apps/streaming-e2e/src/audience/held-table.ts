import pg from 'pg';

import { until, type Fixtures, type World } from '../support/index.js';

/** A table that nobody can read until it is released: a database that is slow exactly as long as a test wants it. */
export class HeldTable {
  readonly #client: pg.Client;
  readonly #fixtures: Fixtures;

  private constructor(client: pg.Client, fixtures: Fixtures) {
    this.#client = client;
    this.#fixtures = fixtures;
  }

  /**
   * Takes hold of a table, when those who read it have finished.
   *
   * @param name `settings` is read for every event of a public stream, and not for anything else
   */
  static async hold({ env, fixtures }: Pick<World, 'env' | 'fixtures'>, name = 'settings'): Promise<HeldTable> {
    const client = new pg.Client({ connectionString: env['DATABASE_URL'] });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${pg.escapeIdentifier(name)} IN ACCESS EXCLUSIVE MODE`);
    return new HeldTable(client, fixtures);
  }

  /** Waits until as many connections as this wait for the table. */
  async waiting(count: number): Promise<void> {
    await until(`${count} statements wait for the table`, async () => {
      // Not asked by the one who holds it: within a transaction, activity is shown as it was when first looked at.
      const [row] = await this.#fixtures.sql(
        `SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return Number(row?.['waiting']) >= count;
    });
  }

  /** Lets everybody go on. */
  async release(): Promise<void> {
    await this.#client.end();
  }
}

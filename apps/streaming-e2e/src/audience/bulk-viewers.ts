import { newId, type Account, type Fixtures } from '../support/index.js';

/** Thousands of viewers, inserted with a few statements. */
export class BulkViewers {
  private constructor(
    private readonly fixtures: Fixtures,
    /** The first of their consecutive ids. Account, user and token of a viewer have the same id. */
    private readonly first: bigint,
    readonly size: number,
  ) {}

  /** Inserts local accounts with user and token. */
  static async of(fixtures: Fixtures, size: number): Promise<BulkViewers> {
    const first = BigInt(newId()) * 10n;
    const ids = `generate_series(${first}, ${first + BigInt(size) - 1n}) id`;
    await fixtures.sql(`INSERT INTO accounts (id, username) SELECT id, 'bulk' || id FROM ${ids}`);
    await fixtures.sql(`INSERT INTO users (id, account_id, confirmed_at) SELECT id, id, now() FROM ${ids}`);
    await fixtures.sql(`INSERT INTO oauth_access_tokens (id, token, scopes, resource_owner_id)
      SELECT id, 'bulk-' || id, 'read', id FROM ${ids}`);
    return new BulkViewers(fixtures, first, size);
  }

  /** Their tokens. */
  get tokens(): string[] {
    return Array.from({ length: this.size }, (_, index) => `bulk-${this.first + BigInt(index)}`);
  }

  /** The account with this index. */
  account(index: number): Account {
    const id = String(this.first + BigInt(index));
    return { id, username: `bulk${id}`, acct: `bulk${id}`, domain: undefined };
  }

  /** Every one of them blocks the target. */
  async block(target: Account): Promise<void> {
    await this.fixtures.sql(
      'INSERT INTO blocks (account_id, target_account_id) SELECT account_id, $1 FROM users WHERE id BETWEEN $2 AND $3',
      [target.id, ...this.#range],
    );
  }

  /** The account blocks every one of them. */
  async areBlockedBy(account: Account): Promise<void> {
    await this.fixtures.sql(
      'INSERT INTO blocks (account_id, target_account_id) SELECT $1, account_id FROM users WHERE id BETWEEN $2 AND $3',
      [account.id, ...this.#range],
    );
  }

  /** The account mutes every one of them. */
  async areMutedBy(account: Account): Promise<void> {
    await this.fixtures.sql(
      'INSERT INTO mutes (account_id, target_account_id) SELECT $1, account_id FROM users WHERE id BETWEEN $2 AND $3',
      [account.id, ...this.#range],
    );
  }

  get #range(): [string, string] {
    return [String(this.first), String(this.first + BigInt(this.size) - 1n)];
  }
}

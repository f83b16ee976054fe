import { newId, type Account, type Fixtures } from '../support/index.js';

/** A great many people, brought into the tables with a few statements. */
export class BulkViewers {
  private constructor(
    private readonly fixtures: Fixtures,
    /** The first of their ids, which are consecutive; accounts, users and tokens have the same. */
    private readonly first: bigint,
    readonly size: number,
  ) {}

  /** Local people who can stream. */
  static async of(fixtures: Fixtures, size: number): Promise<BulkViewers> {
    const first = BigInt(newId()) * 10n;
    const ids = `generate_series(${first}, ${first + BigInt(size) - 1n}) id`;
    await fixtures.sql(`INSERT INTO accounts (id, username) SELECT id, 'crowd' || id FROM ${ids}`);
    await fixtures.sql(`INSERT INTO users (id, account_id, confirmed_at) SELECT id, id, now() FROM ${ids}`);
    await fixtures.sql(`INSERT INTO oauth_access_tokens (id, token, scopes, resource_owner_id)
      SELECT id, 'crowd-' || id, 'read', id FROM ${ids}`);
    return new BulkViewers(fixtures, first, size);
  }

  /** Their tokens. */
  get tokens(): string[] {
    return Array.from({ length: this.size }, (_, index) => `crowd-${this.first + BigInt(index)}`);
  }

  /** One of them. */
  account(index: number): Account {
    const id = String(this.first + BigInt(index));
    return { id, username: `crowd${id}`, acct: `crowd${id}`, domain: undefined };
  }

  /** All of them block somebody. */
  async block(target: Account): Promise<void> {
    await this.fixtures.sql(
      'INSERT INTO blocks (account_id, target_account_id) SELECT account_id, $1 FROM users WHERE id BETWEEN $2 AND $3',
      [target.id, ...this.#range],
    );
  }

  /** Somebody blocks all of them. */
  async areBlockedBy(account: Account): Promise<void> {
    await this.fixtures.sql(
      'INSERT INTO blocks (account_id, target_account_id) SELECT $1, account_id FROM users WHERE id BETWEEN $2 AND $3',
      [account.id, ...this.#range],
    );
  }

  /** Somebody mutes all of them. */
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

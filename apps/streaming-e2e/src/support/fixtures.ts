import pg from 'pg';

import type { Account, FilterOptions, Token, TokenOptions, User, UserOptions, Viewer } from './accounts.js';

const filterActions = { warn: 0, hide: 1, blur: 2 } as const;

/** Beyond 2^53, like the platform's own: an id that passes through a number shows at once. */
let lastId = 110_000_000_000_000_000n;

/** An id that no other row or status in this process has. */
export function newId(): string {
  lastId += 1n;
  return String(lastId);
}

/** Inserts rows into a database with Mastodon's schema. Every row commits at once. */
export class Fixtures {
  readonly #pool: pg.Pool;
  #names = 0;

  /**
   * @param url a database that has the schema
   * @param connections how many it may use at a time
   */
  constructor(url: string, connections = 2) {
    this.#pool = new pg.Pool({ connectionString: url, max: connections });
    this.#pool.on('error', () => {
      // Tests stop PostgreSQL; the next statement tells.
    });
  }

  /** Runs any statement, for rows without a method here. */
  async sql(text: string, values: readonly unknown[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.#pool.query<Record<string, unknown>>(text, [...values])).rows;
  }

  /** Adds an account; the name is generated when none is given. */
  async account(options: { readonly username?: string; readonly domain?: string } = {}): Promise<Account> {
    const { username = this.#name('account'), domain } = options;
    const id = newId();
    await this.#insert('accounts', { id, username, domain: domain ?? null });
    return { id, username, domain, acct: domain === undefined ? username : `${username}@${domain}` };
  }

  /** Adds the login of a local account: confirmed and approved unless told otherwise. */
  async user(account: Account, options: UserOptions = {}): Promise<User> {
    const id = newId();
    await this.#insert('users', {
      id,
      account_id: account.id,
      disabled: options.disabled ?? false,
      approved: options.approved ?? true,
      confirmed_at: options.confirmedAt === undefined ? yesterday() : options.confirmedAt,
      chosen_languages: options.chosenLanguages ?? null,
      role_id: options.roleId ?? null,
    });
    return { id, account };
  }

  /** Adds a token of the user, or of an application when there is none. */
  async token(user: User | undefined, options: TokenOptions = {}): Promise<Token> {
    const id = newId();
    const token = this.#name(`token-${id}`);
    await this.#insert('oauth_access_tokens', {
      id,
      token,
      scopes: options.scopes === undefined ? 'read' : options.scopes,
      resource_owner_id: user?.id ?? null,
      application_id: null,
      revoked_at: options.revokedAt ?? null,
      expires_in: options.expiresIn ?? null,
      created_at: options.createdAt ?? yesterday(),
    });
    return { id, token };
  }

  /** Adds a viewer: account, user and token at once. */
  async viewer(options: UserOptions & TokenOptions & { readonly username?: string } = {}): Promise<Viewer> {
    const account = await this.account(options);
    const user = await this.user(account, options);
    const { id: tokenId, token } = await this.token(user, options);
    return { account, user, token, tokenId };
  }

  /** Adds a role; `permissions` are the bits of `user_roles.permissions`. Id -99 is the default role. */
  async role(permissions: bigint, id: string = newId()): Promise<string> {
    await this.sql(
      `INSERT INTO user_roles (id, permissions) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET permissions = EXCLUDED.permissions`,
      [id, String(permissions)],
    );
    return id;
  }

  /** The first blocks the second. */
  async block(by: Account, target: Account): Promise<void> {
    await this.#insert('blocks', { id: newId(), account_id: by.id, target_account_id: target.id });
  }

  /** Takes a block back. */
  async unblock(by: Account, target: Account): Promise<void> {
    await this.sql('DELETE FROM blocks WHERE account_id = $1 AND target_account_id = $2', [by.id, target.id]);
  }

  /** The first mutes the second, until the given time if there is one. */
  async mute(by: Account, target: Account, expiresAt: Date | null = null): Promise<void> {
    await this.#insert('mutes', {
      id: newId(),
      account_id: by.id,
      target_account_id: target.id,
      expires_at: expiresAt,
    });
  }

  /** Takes a mute back. */
  async unmute(by: Account, target: Account): Promise<void> {
    await this.sql('DELETE FROM mutes WHERE account_id = $1 AND target_account_id = $2', [by.id, target.id]);
  }

  /** The account blocks a domain. */
  async blockDomain(by: Account, domain: string): Promise<void> {
    await this.#insert('account_domain_blocks', { id: newId(), account_id: by.id, domain });
  }

  /** Takes a domain block back. */
  async unblockDomain(by: Account, domain: string): Promise<void> {
    await this.sql('DELETE FROM account_domain_blocks WHERE account_id = $1 AND domain = $2', [by.id, domain]);
  }

  /** Adds a list and returns its id. */
  async list(owner: Account, title = 'A list'): Promise<string> {
    const id = newId();
    await this.#insert('lists', { id, account_id: owner.id, title });
    return id;
  }

  /** Adds a filter with its keywords and statuses, and returns its id. */
  async filter(owner: Account, options: FilterOptions): Promise<string> {
    const id = newId();
    await this.#insert('custom_filters', {
      id,
      account_id: owner.id,
      phrase: options.title ?? 'A filter',
      context: options.context ?? ['public'],
      action: filterActions[options.action ?? 'warn'],
      expires_at: options.expiresAt ?? null,
    });
    for (const { keyword, wholeWord = true } of options.keywords ?? []) {
      await this.#insert('custom_filter_keywords', {
        id: newId(),
        custom_filter_id: id,
        keyword,
        whole_word: wholeWord,
      });
    }
    for (const statusId of options.statusIds ?? []) {
      await this.#insert('custom_filter_statuses', { id: newId(), custom_filter_id: id, status_id: statusId });
    }
    return id;
  }

  /** Sets a setting of the instance, as YAML: `setting('local_live_feed_access', '--- disabled\n')`. */
  async setting(name: string, yaml: string): Promise<void> {
    await this.sql(
      'INSERT INTO settings (var, value) VALUES ($1, $2) ON CONFLICT (var) DO UPDATE SET value = EXCLUDED.value',
      [name, yaml],
    );
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#pool.end();
  }

  #name(prefix: string): string {
    return `${prefix}_${(this.#names++).toString(36)}`;
  }

  async #insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(row);
    const places = names.map((_, index) => `$${index + 1}`);
    const values = Object.values(row).map((value) => (value instanceof Date ? utc(value) : value));
    await this.sql(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`, values);
  }
}

/** The columns are without time zone and hold UTC; the driver would write local time. */
function utc(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

function yesterday(): Date {
  return new Date(Date.now() - 24 * 3_600_000);
}

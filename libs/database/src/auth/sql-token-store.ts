import { Injectable } from '@nestjs/common';
import { TokenStore } from '@fedistream/auth';
import { parseScopes, type ScopeSet, type Viewer } from '@fedistream/domain';
import { BatchScheduler, isRecordId } from '@fedistream/util';
import DataLoader from 'dataloader';
import type { Columns } from '../schema/columns.js';
import { Database } from '../connection/database.js';
import { milliseconds, utcNow } from '../connection/utc.js';

/**
 * The batch delay between look-ups of tokens, in milliseconds. While many clients connect, a statement is for several tokens.
 * A client that connects after a pause does not wait.
 */
const betweenStatementsMs = 60;

/** Bounds the length of a statement. */
const tokensPerStatement = 500;

interface TokenRow {
  readonly token: string;
  readonly tokenId: string;
  readonly scopes: string | null;
  readonly userId: string;
  readonly accountId: string;
  readonly expiresAt: number | null;
}

/** Reads access tokens from Mastodon's tables, and accepts those that Mastodon's REST API accepts. */
@Injectable()
export class SqlTokenStore extends TokenStore {
  readonly #scheduler = new BatchScheduler(() => betweenStatementsMs);
  /** Loads tokens in batches. It caches nothing. */
  readonly #rows = new DataLoader<string, TokenRow | undefined>((tokens) => this.#find(tokens), {
    cache: false,
    maxBatchSize: tokensPerStatement,
    batchScheduleFn: (dispatch) => {
      this.#scheduler.schedule(dispatch);
    },
  });

  constructor(private readonly database: Database) {
    super();
  }

  override async findViewer(token: string): Promise<Viewer | undefined> {
    if (token.includes('\0')) {
      // PostgreSQL's text cannot contain NUL: the statement would fail.
      return undefined;
    }
    const row = await this.#rows.load(token);
    return (
      row && {
        accountId: row.accountId,
        userId: row.userId,
        tokenId: row.tokenId,
        scopes: parseScopes(row.scopes),
        expiresAt: row.expiresAt ?? undefined,
      }
    );
  }

  override async scopesOf(tokenIds: readonly string[]): Promise<ReadonlyMap<string, ScopeSet>> {
    const rows = await this.database.query<{ id: string; scopes: string | null }>(
      `SELECT t.id, t.scopes ${acceptedTokens(await this.database.columns())} AND t.id = ANY ($1::bigint[])`,
      [tokenIds.filter(isRecordId)],
    );
    return new Map(rows.map(({ id, scopes }) => [id, parseScopes(scopes)]));
  }

  async #find(tokens: readonly string[]): Promise<(TokenRow | undefined)[]> {
    const rows = await this.database.query<TokenRow>(
      `SELECT t.token, t.id AS "tokenId", t.scopes, u.id AS "userId", u.account_id AS "accountId",
        ${milliseconds(`LEAST(${expiry}, t.revoked_at)`)} AS "expiresAt"
      ${acceptedTokens(await this.database.columns())} AND t.token = ANY ($1::varchar[])`,
      [tokens],
    );
    const byToken = new Map(rows.map((row) => [row.token, row]));
    return tokens.map((token) => byToken.get(token));
  }
}

const expiry = 't.created_at + make_interval(secs => t.expires_in)';

/** SQL for the tokens that REST accepts now. Tokens of applications have no owner, so the join leaves them out. */
function acceptedTokens(columns: Columns): string {
  return `FROM oauth_access_tokens t
      JOIN users u ON u.id = t.resource_owner_id
      JOIN accounts a ON a.id = u.account_id
    WHERE (t.revoked_at IS NULL OR t.revoked_at > ${utcNow})
      AND (t.expires_in IS NULL OR ${expiry} > ${utcNow})
      AND u.confirmed_at IS NOT NULL
      ${columns.has('users.approved') ? 'AND u.approved' : ''}
      ${columns.has('users.disabled') ? 'AND NOT u.disabled' : ''}
      AND a.suspended_at IS NULL
      ${columns.has('accounts.memorial') ? 'AND NOT a.memorial' : ''}
      ${columns.has('accounts.requested_deletion_at') ? 'AND a.requested_deletion_at IS NULL' : ''}`;
}

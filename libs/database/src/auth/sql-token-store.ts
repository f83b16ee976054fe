import { Injectable } from '@nestjs/common';
import { TokenStore } from '@fedistream/auth';
import { parseScopes, type Viewer } from '@fedistream/domain';
import { isBigint } from '../array-parameters.js';
import type { Columns } from '../columns.js';
import { Database } from '../database.js';
import { milliseconds, utcNow } from '../utc.js';

interface TokenRow {
  readonly tokenId: string;
  readonly scopes: string | null;
  readonly userId: string;
  readonly accountId: string;
  readonly expiresAt: number | null;
}

/** Access tokens as Mastodon keeps them, accepted as its REST API accepts them. */
@Injectable()
export class SqlTokenStore extends TokenStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async findViewer(token: string): Promise<Viewer | undefined> {
    if (token.includes('\0')) {
      // PostgreSQL's texts cannot hold it, so that asking would be an error.
      return undefined;
    }
    const [row] = await this.database.query<TokenRow>(
      `SELECT t.id AS "tokenId", t.scopes, u.id AS "userId", u.account_id AS "accountId",
        ${milliseconds(`LEAST(${expiry}, t.revoked_at)`)} AS "expiresAt"
      ${acceptedTokens(await this.database.columns())} AND t.token = $1`,
      [token],
    );
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

  override async stillValid(tokenIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT t.id ${acceptedTokens(await this.database.columns())} AND t.id = ANY ($1::bigint[])`,
      [tokenIds.filter(isBigint)],
    );
    return new Set(rows.map(({ id }) => id));
  }
}

const expiry = 't.created_at + make_interval(secs => t.expires_in)';

/** Tokens of people (those of applications have no owner, and join nobody) that REST accepts at this moment. */
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

import type { ScopeSet } from './scope.js';

/**
 * Who is behind a connection, as the access token tells. Only what cannot change while the token lives stands here;
 * languages, roles and relationships are read from the database for each event.
 */
export interface Viewer {
  /** `accounts.id`: whose blocks, mutes and filters apply. */
  readonly accountId: string;
  /** `users.id`: whose languages and role apply. */
  readonly userId: string;
  /** `oauth_access_tokens.id`: what a revocation names. */
  readonly tokenId: string;
  readonly scopes: ScopeSet;
  /** When the token ends by itself, in milliseconds since 1970; `undefined` when it does not. */
  readonly expiresAt?: number | undefined;
}

/**
 * The accounts that listen to something at one moment, each once. The object stays the same until somebody comes or goes,
 * so that whatever is derived from it can be kept beside it.
 */
export interface ViewerSet {
  readonly accountIds: readonly string[];
  /** Whether this account was there at that moment. */
  has(accountId: string): boolean;
}

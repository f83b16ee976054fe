import type { ScopeSet } from './scope.js';

/**
 * The owner of an access token, with members that do not change while the token is valid. Languages, roles and relationships
 * are read from the database for each event.
 */
export interface Viewer {
  /** `accounts.id`: whose blocks, mutes and filters apply. */
  readonly accountId: string;
  /** `users.id`: whose languages and role apply. */
  readonly userId: string;
  /** `oauth_access_tokens.id`, which the control channel of a revocation names. */
  readonly tokenId: string;
  readonly scopes: ScopeSet;
  /** When the token expires, in milliseconds since 1970; `undefined` when it does not. */
  readonly expiresAt?: number | undefined;
}

/**
 * The accounts that are subscribed to something at one moment, each once. The object stays the same until a subscription is
 * added or removed: values that are derived from it can be cached by it.
 */
export interface ViewerSet {
  readonly accountIds: readonly string[];
  /** Whether this account was subscribed at that moment. */
  has(accountId: string): boolean;
}

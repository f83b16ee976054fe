import type { ScopeSet, Viewer } from '@fedistream/domain';

/** The port for access tokens. A rejection means that the store is unavailable, never that a token is invalid. */
export abstract class TokenStore {
  /**
   * Finds the viewer of a token, in one statement.
   *
   * @param token as the client sent it. Callers MUST have checked its length, and that it holds no NUL
   * @returns `undefined` unless Mastodon's REST API would accept the token: not revoked, not expired, of a user who is
   *   confirmed, approved and not disabled, of an account that is not suspended, not a memorial, not marked for deletion
   */
  abstract findViewer(token: string): Promise<Viewer | undefined>;

  /** The present scopes of those of these tokens that {@link findViewer} would still accept, by id, in one statement. */
  abstract scopesOf(tokenIds: readonly string[]): Promise<ReadonlyMap<string, ScopeSet>>;
}

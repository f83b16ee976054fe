import type { Viewer } from '@fedistream/domain';

/** Where access tokens are kept. Errors mean that the store could not be asked; they never mean "no". */
export abstract class TokenStore {
  /**
   * The viewer behind a token, in one statement.
   *
   * @param token as the client sent it, checked by the caller for length and NUL
   * @returns `undefined` unless Mastodon's REST API would accept the token: not revoked, not expired, of a user who is
   *   confirmed, approved and not disabled, of an account that is not suspended, not a memorial, not marked for deletion
   */
  abstract findViewer(token: string): Promise<Viewer | undefined>;

  /** Which of these tokens {@link findViewer} would still accept, in one statement. */
  abstract stillValid(tokenIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What the operator may choose about authorisation. */
export abstract class AuthSettings {
  /**
   * How long to wait after one re-validation of all open tokens before the next, in milliseconds, give or take a fifth.
   * Bounds how long a token that was revoked without a kill keeps its connections.
   */
  abstract readonly revalidationIntervalMs: number;
}

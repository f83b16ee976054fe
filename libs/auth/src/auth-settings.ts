/** The operator's settings for the authorisation of clients. */
export abstract class AuthSettings {
  /**
   * The pause between two re-validations of all open tokens, in milliseconds, ±20 %. A token that was revoked without a
   * kill keeps its connections for at most this long.
   */
  abstract readonly revalidationIntervalMs: number;

  /** How many clients may wait to be let in. */
  abstract readonly maxWaitingClients: number;
}

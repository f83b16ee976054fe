/** Bounds of waiting and asking. The defaults suit a connection pool of ten. */
export class AudienceSettings {
  /** How long an event may wait for its decision before it is dropped, in milliseconds. */
  readonly maxWaitMs: number = 10_000;

  /** How many events of one chain may wait, those that are decided but behind another included. */
  readonly maxWaiting: number = 1_000;

  /** How many events may wait in the whole process. */
  readonly maxWaitingOverall: number = 10_000;

  /** After how long a statement counts as failed, its turn included, in milliseconds; then it is asked again. */
  readonly statementTimeoutMs: number = 3_000;

  /** How many events of one chain are decided side by side. */
  readonly sideBySide: number = 4;

  /** How many statements run at a time in the whole process; the rest of the pool is for those who log in. */
  readonly statementsAtOnce: number = 6;

  /** How many statements may wait for their turn; more fail at once, and are asked again a little later. */
  readonly maxQueuedStatements: number = 1_000;

  /** The longest pause before a failed store is asked again, in milliseconds; the first is a twentieth of it. */
  readonly maxRetryPauseMs: number = 1_000;

  constructor(changes: Partial<AudienceSettings> = {}) {
    Object.assign(this, changes);
  }
}

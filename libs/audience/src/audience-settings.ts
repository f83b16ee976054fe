/** Bounds of waiting and asking. */
export class AudienceSettings {
  /** How long an event may wait for its decision before it is dropped, in milliseconds. */
  readonly maxWaitMs: number = 10_000;

  /** How many events of one chain may wait, those that are decided but behind another included. */
  readonly maxQueued: number = 1_000;

  /** How many events may wait in the whole process. */
  readonly maxQueuedOverall: number = 10_000;

  /**
   * After how long a statement counts as failed, in milliseconds, its turn included; then it is asked again. Longer than
   * what the store itself allows, whose error tells more.
   */
  readonly statementTimeoutMs: number = 6_000;

  /**
   * For how long the events of one chain are gathered at most, in milliseconds, to be asked about in one statement and
   * written to each client in one call; 0 for never. An event that comes alone, which is after a pause of this length, is
   * not kept waiting.
   */
  readonly maxGatherMs: number = 100;

  /**
   * By how much each listener lengthens that time, in milliseconds. About 15 times what it costs to write to one, so
   * that a chain gathers for as long as makes its cost small, and not at all where hardly anybody listens.
   */
  readonly gatherMsPerListener: number = 0.1;

  /** How many events of one chain are decided side by side. */
  readonly concurrency: number = 20;

  /**
   * How many statements the store is asked for at a time in the whole process. It may join them, and it has fewer
   * connections: what waits here, waits in order and in bounds.
   */
  readonly maxConcurrentStatements: number = 32;

  /** How many statements may wait for their turn; more fail at once, and are asked again a little later. */
  readonly maxQueuedStatements: number = 1_000;

  /** The longest pause before a failed store is asked again, in milliseconds; the first is a twentieth of it. */
  readonly maxRetryPauseMs: number = 1_000;

  constructor(changes: Partial<AudienceSettings> = {}) {
    Object.assign(this, changes);
  }
}

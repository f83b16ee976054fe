/** Bounds of waiting, batching and retrying. */
export class AudienceSettings {
  /** How long an event may wait for its decision, and then again for a viewer's filters, in ms. Then it is dropped. */
  readonly maxWaitMs: number = 10_000;

  /** How many statuses of one stream may wait, and as many retractions. Decided ones that wait for their turn count. */
  readonly maxQueued: number = 1_000;

  /** How many statuses may wait in the whole process; as many retractions. */
  readonly maxQueuedOverall: number = 10_000;

  /** How large the texts of all waiting statuses may be together, in bytes. */
  readonly maxQueuedBytes: number = 32 * 1_024 * 1_024;

  /** How large the texts of all waiting retractions may be together, in bytes; most are an id. */
  readonly maxQueuedRetractionBytes: number = 4 * 1_024 * 1_024;

  /**
   * The longest time for which events of one stream are collected into a batch, in milliseconds; 0 turns batching off.
   * A batch takes one statement, and one write for each client. The first event after a pause of this length does not wait.
   */
  readonly maxBatchDelayMs: number = 100;

  /**
   * By how much each listener lengthens the batch delay, in milliseconds. It is about 15 times the CPU time of one write, so
   * writes stay a small share of the work. A stream with few listeners hardly delays events.
   */
  readonly batchDelayMsPerListener: number = 0.1;

  /** How many events of one stream are decided concurrently. */
  readonly concurrency: number = 20;

  /** The longest pause before an unavailable store is queried again, in ms; the first pause is at most a twentieth of it. */
  readonly maxRetryPauseMs: number = 1_000;

  constructor(changes: Partial<AudienceSettings> = {}) {
    Object.assign(this, changes);
  }
}

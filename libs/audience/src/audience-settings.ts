/** Bounds of waiting, gathering and retrying. */
export class AudienceSettings {
  /** How long an event may wait for its decision, and then for a viewer's filters, before it is dropped, in milliseconds. */
  readonly maxWaitMs: number = 10_000;

  /** How many statuses of one stream may wait, those that are decided but behind another included; as many retractions. */
  readonly maxQueued: number = 1_000;

  /** How many statuses may wait in the whole process; as many retractions. */
  readonly maxQueuedOverall: number = 10_000;

  /** How large the texts of all waiting statuses may be together, in bytes. */
  readonly maxQueuedBytes: number = 32 * 1_024 * 1_024;

  /** How large the texts of all waiting retractions may be together, in bytes; most are an id. */
  readonly maxQueuedRetractionBytes: number = 4 * 1_024 * 1_024;

  /**
   * For how long the events of one stream are gathered at most, in milliseconds, to be asked about in one statement and
   * written to each client in one call; 0 for never. An event that comes after a pause of this length is not kept waiting.
   */
  readonly maxGatherMs: number = 100;

  /**
   * By how much each listener lengthens that time, in milliseconds. About 15 times the cost of one write, so that a stream
   * gathers for as long as keeps the share of writing small, and not at all where few listen.
   */
  readonly gatherMsPerListener: number = 0.1;

  /** How many events of one stream are decided concurrently. */
  readonly concurrency: number = 20;

  /** The longest pause before an unavailable store is asked again, in milliseconds; the first is at most a twentieth. */
  readonly maxRetryPauseMs: number = 1_000;

  constructor(changes: Partial<AudienceSettings> = {}) {
    Object.assign(this, changes);
  }
}

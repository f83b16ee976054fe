/**
 * Starts work that costs less when it is done in batches. After a pause it starts in the next turn of the event loop, so
 * that a single request waits for nothing. Work that is scheduled during the pause starts together when the pause ends.
 */
export class BatchScheduler {
  readonly #pauseMs: () => number;
  readonly #scheduled = new Set<() => void>();
  #cancelTimer: (() => void) | undefined;
  #pausedUntilMs = -Infinity;

  readonly #run = (): void => {
    const batch = [...this.#scheduled];
    this.cancel();
    this.#pausedUntilMs = performance.now() + this.#pauseMs();
    for (const work of batch) {
      work();
    }
  };

  /** @param pauseMs the length of the pause after a batch, asked when the batch starts; 0 for none */
  constructor(pauseMs: () => number) {
    this.#pauseMs = pauseMs;
  }

  /** Adds `work` to the next batch; the same function runs once per batch. It must not throw. */
  schedule(work: () => void): void {
    this.#scheduled.add(work);
    if (this.#cancelTimer !== undefined) {
      return;
    }
    const waitMs = this.#pausedUntilMs - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(this.#run, waitMs);
      this.#cancelTimer = () => {
        clearTimeout(timer);
      };
    } else {
      const immediate = setImmediate(this.#run);
      this.#cancelTimer = () => {
        clearImmediate(immediate);
      };
    }
  }

  /** Discards the next batch and its timer. */
  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#scheduled.clear();
  }
}

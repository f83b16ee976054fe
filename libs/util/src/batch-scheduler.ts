/**
 * Runs work in batches. Work after a pause runs in the next turn of the event loop, so that a single request does not wait.
 * Work that is scheduled during the pause runs as one batch when the pause ends.
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

  /** @param pauseMs returns the length of the pause after a batch; called when the batch starts; 0 for no pause */
  constructor(pauseMs: () => number) {
    this.#pauseMs = pauseMs;
  }

  /** Adds `work` to the next batch; the same function runs once per batch. It MUST NOT throw. */
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

/**
 * Keeps a log line that input can trigger at any rate to one per interval: the first time, and then once in a while.
 */
export class Occasionally {
  readonly #intervalMs: number;
  #silentUntil = -Infinity;
  #skipped = 0;

  constructor(intervalMs = 10_000) {
    this.#intervalMs = intervalMs;
  }

  /** Calls `log` unless it did so within the interval. `suffix` is empty, or tells how many lines were left out. */
  run(log: (suffix: string) => void): void {
    const now = performance.now();
    if (now < this.#silentUntil) {
      this.#skipped++;
      return;
    }
    const suffix = this.#skipped === 0 ? '' : ` (and ${this.#skipped} more since the last such line)`;
    this.#silentUntil = now + this.#intervalMs;
    this.#skipped = 0;
    log(suffix);
  }
}

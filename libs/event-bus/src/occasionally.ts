/**
 * Decides when something that input can trigger at any rate is worth a line in the log: the first time, and then
 * once per interval.
 */
export class Occasionally {
  readonly #intervalMs: number;
  #silentUntil = -Infinity;
  #skipped = 0;

  constructor(intervalMs = 10_000) {
    this.#intervalMs = intervalMs;
  }

  /** Calls `log` unless it did so a short time ago, with the number of times that were passed over since then. */
  run(log: (skipped: number) => void): void {
    const now = performance.now();
    if (now < this.#silentUntil) {
      this.#skipped++;
      return;
    }
    const skipped = this.#skipped;
    this.#silentUntil = now + this.#intervalMs;
    this.#skipped = 0;
    log(skipped);
  }
}

/**
 * Keeps a log line that input can trigger at any rate to one per interval: the first time, and then once in a while.
 */
export class LogThrottle {
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

/** Reasons are texts of libraries, too; they must not pile up. */
const mostReasons = 100;

/**
 * The same for several reasons: each has lines of its own, so that a new one is told at once and not hidden behind another
 * that is known already. Tells a hundred apart; when there are more it forgets them, and tells them anew.
 */
export class KeyedLogThrottle {
  readonly #reasons = new Map<string, LogThrottle>();

  /** As {@link LogThrottle.run}, among those with the same reason. */
  run(reason: string, log: (suffix: string) => void): void {
    let occasionally = this.#reasons.get(reason);
    if (occasionally === undefined) {
      if (this.#reasons.size === mostReasons) {
        this.#reasons.clear();
      }
      occasionally = new LogThrottle();
      this.#reasons.set(reason, occasionally);
    }
    occasionally.run(log);
  }
}

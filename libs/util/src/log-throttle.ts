/** Limits a log line to one per interval, for lines that clients or publishers can cause at any rate. */
export class LogThrottle {
  readonly #intervalMs: number;
  #silentUntilMs = -Infinity;
  #suppressed = 0;

  constructor(intervalMs = 10_000) {
    this.#intervalMs = intervalMs;
  }

  /** Calls `log` at most once per interval. `suffix` is empty, or says how many lines were suppressed since the last. */
  run(log: (suffix: string) => void): void {
    const now = performance.now();
    if (now < this.#silentUntilMs) {
      this.#suppressed++;
      return;
    }
    const suffix = this.#suppressed === 0 ? '' : ` (and ${this.#suppressed} more since the last such line)`;
    this.#silentUntilMs = now + this.#intervalMs;
    this.#suppressed = 0;
    log(suffix);
  }
}

/** The bound on remembered keys: keys may be error messages of libraries, whose number is unbounded. */
const maxKeys = 100;

/**
 * One {@link LogThrottle} per key, so that a new cause is logged at once while another one is suppressed. It remembers at most
 * 100 keys. At one more it forgets all of them, and logs each of them once more.
 */
export class KeyedLogThrottle {
  readonly #throttles = new Map<string, LogThrottle>();
  readonly #intervalMs: number | undefined;

  constructor(intervalMs?: number) {
    this.#intervalMs = intervalMs;
  }

  /** As {@link LogThrottle.run}, for the lines with this key. */
  run(key: string, log: (suffix: string) => void): void {
    let throttle = this.#throttles.get(key);
    if (throttle === undefined) {
      if (this.#throttles.size === maxKeys) {
        this.#throttles.clear();
      }
      throttle = new LogThrottle(this.#intervalMs);
      this.#throttles.set(key, throttle);
    }
    throttle.run(log);
  }
}

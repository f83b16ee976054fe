/** Measures how long a dependency was down. The clock is monotonic: setting the system's time changes nothing. */
export class Outage {
  #sinceMs: number | undefined;

  /** Whether an outage has begun and not ended. */
  get active(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** Begins an outage; does nothing while one is active. */
  begin(): void {
    this.#sinceMs ??= performance.now();
  }

  /** Ends the outage. Returns its length in seconds, rounded to tenths; `undefined` when none was active. */
  end(): number | undefined {
    if (this.#sinceMs === undefined) {
      return undefined;
    }
    const seconds = Math.round((performance.now() - this.#sinceMs) / 100) / 10;
    this.#sinceMs = undefined;
    return seconds;
  }
}

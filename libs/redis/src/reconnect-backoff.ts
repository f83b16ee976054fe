import { backoff, jitter } from '@fedistream/util';

/** Quick attempts in the first seconds, so that the server reconnects soon after a short outage such as a restart. */
const quickAttempts = 10;
const quickMs = 500;
const firstMs = 100;
const longestMs = 5_000;

/**
 * The pauses between attempts to connect: about 0.1 s, then up to ten times about 0.5 s, then twice as long each time up to
 * 5 s, with jitter.
 *
 * An open connection does not reset the pauses, because Redis may refuse each command on it (READONLY, NOAUTH, LOADING,
 * MISCONF, OOM). The owner MUST call {@link reset} when the commands of the connection succeed.
 */
export class ReconnectBackoff {
  #failures = 0;

  /** Returns the milliseconds until the next attempt, for any number of attempts. */
  next(): number {
    const attempt = ++this.#failures;
    if (attempt === 1) {
      return Math.round(jitter(firstMs / 2, firstMs));
    }
    if (attempt <= quickAttempts) {
      return Math.round(jitter(quickMs / 2, quickMs));
    }
    return Math.round(backoff(attempt - quickAttempts + 1, { firstMs: quickMs, longestMs }));
  }

  /** Starts the pauses again, because the connection works. */
  reset(): void {
    this.#failures = 0;
  }
}

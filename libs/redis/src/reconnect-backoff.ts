import { backoff, jitter } from '@fedistream/util';

/** A short outage, such as a restart, is over soon after Redis is back: the first seconds are tried often. */
const quickAttempts = 10;
const quickMs = 500;
const firstMs = 100;
const longestMs = 5_000;

/**
 * The pauses between attempts to connect: about 0.1 s, then up to ten times about 0.5 s, then twice as long each time up to
 * 5 s, with jitter.
 *
 * A connection that opens proves nothing: Redis may refuse each command on it (READONLY, NOAUTH, LOADING, MISCONF, OOM).
 * Only {@link reset} starts the pauses again, so its owner MUST call it when the commands that the connection is for succeed.
 */
export class ReconnectBackoff {
  #failures = 0;

  /** Milliseconds until the next attempt. Always a number: attempts never end. */
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

  /** The connection works. */
  reset(): void {
    this.#failures = 0;
  }
}

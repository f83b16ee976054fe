import { jitter } from './jitter.js';

/** The bounds of {@link backoff}, in milliseconds. */
export interface BackoffBounds {
  /** The longest pause before the second attempt. */
  readonly firstMs: number;
  /** The longest pause of all. */
  readonly longestMs: number;
}

/** 2 to this power is above any bound; a higher exponent would overflow to `Infinity`. */
const highestExponent = 30;

/**
 * Exponential back-off with equal jitter: the ceiling doubles with each failed attempt up to `longestMs`, and the pause
 * is drawn between half the ceiling and the ceiling.
 *
 * @param attempt how many attempts have failed in a row, counted from 1
 * @returns milliseconds to wait before the next attempt, for any number of attempts
 */
export function backoff(attempt: number, { firstMs, longestMs }: BackoffBounds): number {
  const ceilingMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, highestExponent));
  return jitter(ceilingMs / 2, ceilingMs);
}

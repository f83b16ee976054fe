/**
 * A duration drawn uniformly between two bounds, so that nodes and clients that start together do not act together
 * ("Exponential Backoff And Jitter", AWS Architecture Blog).
 *
 * @returns milliseconds, at least `lowestMs` and below `highestMs`; not rounded
 */
export function jitter(lowestMs: number, highestMs: number): number {
  return lowestMs + (highestMs - lowestMs) * Math.random();
}

const firstMs = 100;
const longestMs = 5_000;

/**
 * How long to wait before the next attempt to connect: twice as long each time up to five seconds, and by chance
 * between half of that and all of it, so that the nodes of a platform do not come back in one moment.
 *
 * @param attempt counted from 1
 * @returns milliseconds; always a number, so attempts never end
 */
export function backoff(attempt: number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 16));
  return Math.round(ceiling * (0.5 + Math.random() / 2));
}

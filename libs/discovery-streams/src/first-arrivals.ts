import { Injectable } from '@nestjs/common';

/** Events that are remembered for each set of parameters. */
const rememberedAtMost = 1_000;

/**
 * Tells repeated events: a status with two hashtags is published on two channels. The kit gives each run of a stream, live
 * or replayed, parameters of its own, so that no run forgets what only another one has passed on.
 */
@Injectable()
export class FirstArrivals {
  readonly #seen = new WeakMap<object, Set<string>>();

  /** Whether this is the first event with this key in the run with these parameters, among the last thousand. */
  isFirst(params: object, key: string): boolean {
    const seen = this.#seen.get(params) ?? new Set();
    this.#seen.set(params, seen);
    if (seen.has(key)) {
      return false;
    }
    seen.add(key);
    const [oldest] = seen.size > rememberedAtMost ? seen : [];
    if (oldest !== undefined) {
      seen.delete(oldest);
    }
    return true;
  }
}

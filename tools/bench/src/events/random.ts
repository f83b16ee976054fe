/**
 * A pseudo-random generator (mulberry32) with the same sequence in every run: the benchmark must know all relations, also when
 * an earlier run has filled the database.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to but not including `limit`; an integer. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True with this probability (0 to 1). */
  chance(part: number): boolean {
    return this.below(1_000_000) < part * 1_000_000;
  }

  /** One of the items, of which there must be one at least. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) {
      throw new Error('An empty array has no item to pick.');
    }
    return item;
  }
}

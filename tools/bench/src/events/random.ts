/**
 * A source of numbers that look random and are the same in every run (mulberry32): the benchmark must know who blocks
 * whom, also when the database was filled by an earlier run.
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

  /** True in this part (0 to 1) of all cases. */
  chance(part: number): boolean {
    return this.below(1_000_000) < part * 1_000_000;
  }

  /** One of the items, of which there must be one at least. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) {
      throw new Error('Nothing to pick from');
    }
    return item;
  }
}

/** A pseudo-random generator: the same seed gives the same sequence. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
}

/** A sequence for a seed (a 32-bit xorshift: good enough to shuffle texts, not for secrets). */
export function seededRandom(seed: number): Random {
  // A state of zero would stay zero, and neighbouring seeds would have similar first numbers.
  let state = Math.imul(seed ^ 0x5eed, 0x9e3779b1) | 1;
  return {
    below(below) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    },
  };
}

/** Returns its items in random order, each once before any is repeated (a shuffle bag). */
export class Bag<T> {
  readonly #items: readonly T[];
  readonly #random: Random;
  #left: T[] = [];

  /** @param items at least one */
  constructor(items: readonly T[], random: Random) {
    if (items.length === 0) {
      throw new RangeError('A bag needs at least one item.');
    }
    this.#items = items;
    this.#random = random;
  }

  /** The next item. */
  draw(): T {
    if (this.#left.length === 0) {
      this.#left = [...this.#items];
    }
    const [item] = this.#left.splice(this.#random.below(this.#left.length), 1);
    return item as T;
  }
}

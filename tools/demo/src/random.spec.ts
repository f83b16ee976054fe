import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bag, seededRandom } from './random.js';

const numbers = (seed: number, count = 50) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.below(1_000));
};

describe('seededRandom', () => {
  it('is the same for the same seed and differs for another', () => {
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
  });

  it('stays within bounds for any seed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (seed) => numbers(seed).every((number) => number >= 0 && number < 1_000)),
    );
  });
});

describe('Bag', () => {
  it('returns every item once before it repeats one', () => {
    const bag = new Bag(['a', 'b', 'c', 'd'], seededRandom(1));
    for (let round = 0; round < 5; round += 1) {
      expect([bag.draw(), bag.draw(), bag.draw(), bag.draw()].sort()).toEqual(['a', 'b', 'c', 'd']);
    }
  });

  it('rejects an empty array', () => {
    expect(() => new Bag([], seededRandom(1))).toThrow('at least one item');
  });
});

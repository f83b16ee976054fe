import { describe, expect, it } from 'vitest';
import { backoff } from './backoff.js';

describe('backoff', () => {
  it('doubles up to five seconds, never less than half of that, and never gives up', () => {
    for (const [attempt, ceiling] of [
      [1, 100],
      [2, 200],
      [5, 1_600],
      [7, 5_000],
      [100_000, 5_000],
    ] as const) {
      for (let sample = 0; sample < 50; sample++) {
        expect(backoff(attempt)).toBeGreaterThanOrEqual(ceiling / 2);
        expect(backoff(attempt)).toBeLessThanOrEqual(ceiling);
      }
    }
  });

  it('differs from node to node', () => {
    expect(new Set(Array.from({ length: 50 }, () => backoff(10))).size).toBeGreaterThan(10);
  });
});

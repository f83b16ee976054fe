import { describe, expect, it } from 'vitest';
import { backoff } from './backoff.js';

describe('backoff', () => {
  const bounds = { firstMs: 100, longestMs: 5_000 };

  it.each([
    [1, 100],
    [2, 200],
    [5, 1_600],
    [7, 5_000],
    [100_000, 5_000],
  ])('waits between half of the ceiling and the ceiling after %i failed attempts: %i ms', (attempt, ceilingMs) => {
    for (let sample = 0; sample < 50; sample++) {
      expect(backoff(attempt, bounds)).toBeGreaterThanOrEqual(ceilingMs / 2);
      expect(backoff(attempt, bounds)).toBeLessThanOrEqual(ceilingMs);
    }
  });

  it('returns a different pause each time', () => {
    expect(new Set(Array.from({ length: 50 }, () => backoff(10, bounds))).size).toBeGreaterThan(10);
  });
});

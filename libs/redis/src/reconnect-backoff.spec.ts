import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReconnectBackoff } from './reconnect-backoff.js';

describe('ReconnectBackoff', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('returns 0.1 s, then 0.5 s for the first seconds, then up to 5 s, without end', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const backoff = new ReconnectBackoff();
    const pauses = Array.from({ length: 16 }, () => backoff.next());
    expect(pauses).toEqual([100, ...Array.from({ length: 9 }, () => 500), 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(Array.from({ length: 1_000 }, () => backoff.next()).at(-1)).toBe(5_000);
  });

  it('starts again only after reset()', () => {
    const backoff = new ReconnectBackoff();
    Array.from({ length: 20 }, () => backoff.next());
    expect(backoff.next()).toBeGreaterThanOrEqual(2_500);
    backoff.reset();
    expect(backoff.next()).toBeLessThanOrEqual(100);
  });

  it('returns a random pause of at least half its ceiling', () => {
    const pauses = Array.from({ length: 50 }, () => {
      const backoff = new ReconnectBackoff();
      backoff.next();
      return backoff.next();
    });
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(250);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(500);
    expect(new Set(pauses).size).toBeGreaterThan(10);
  });
});

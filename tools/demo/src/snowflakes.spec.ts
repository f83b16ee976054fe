import { describe, expect, it } from 'vitest';
import { Snowflakes } from './snowflakes.js';

describe('Snowflakes', () => {
  it('begin with the time in milliseconds, as Mastodon’s do', () => {
    const at = Date.UTC(2026, 0, 1);
    expect(BigInt(new Snowflakes().next(at)) >> 16n).toBe(BigInt(at));
  });

  it('grow within a millisecond and when the clock steps back', () => {
    const ids = new Snowflakes();
    const made = [ids.next(1_000), ids.next(1_000), ids.next(500), ids.next(2_000)].map(BigInt);
    expect(made).toEqual([...new Set(made)].sort((a, b) => (a < b ? -1 : 1)));
  });
});

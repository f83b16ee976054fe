import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogThrottle, KeyedLogThrottle } from './log-throttle.js';

describe('Occasionally', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs the first time, then once per interval, with the number of times passed over', () => {
    const seen: string[] = [];
    const sometimes = new LogThrottle(1_000);
    const happen = (): void => {
      sometimes.run((suffix) => seen.push(suffix));
    };
    happen();
    happen();
    happen();
    vi.advanceTimersByTime(1_000);
    happen();
    vi.advanceTimersByTime(5_000);
    happen();
    expect(seen).toEqual(['', ' (and 2 more since the last such line)', '']);
  });
});

describe('OccasionallyEach', () => {
  it('does so for each reason, and does not remember any number of them', () => {
    const seen: string[] = [];
    const each = new KeyedLogThrottle();
    const happen = (reason: string): void => {
      each.run(reason, () => seen.push(reason));
    };
    ['a', 'b', 'a', 'b'].forEach(happen);
    expect(seen.splice(0)).toEqual(['a', 'b']);
    const others = Array.from({ length: 98 }, (_, index) => String(index));
    [...others, 'a', 'one too many', 'a'].forEach(happen);
    expect(seen).toEqual([...others, 'one too many', 'a']);
  });
});

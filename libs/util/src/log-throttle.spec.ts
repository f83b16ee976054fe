import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogThrottle, KeyedLogThrottle } from './log-throttle.js';

describe('LogThrottle', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('logs the first line, then one per interval with the number of suppressed lines', () => {
    const seen: string[] = [];
    const throttle = new LogThrottle(1_000);
    const happen = (): void => {
      throttle.run((suffix) => seen.push(suffix));
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

describe('KeyedLogThrottle', () => {
  it('throttles each key by itself and remembers at most 100 keys', () => {
    const seen: string[] = [];
    const throttle = new KeyedLogThrottle();
    const happen = (key: string): void => {
      throttle.run(key, () => seen.push(key));
    };
    ['a', 'b', 'a', 'b'].forEach(happen);
    expect(seen.splice(0)).toEqual(['a', 'b']);
    const others = Array.from({ length: 98 }, (_, index) => String(index));
    [...others, 'a', 'one too many', 'a'].forEach(happen);
    expect(seen).toEqual([...others, 'one too many', 'a']);
  });
});

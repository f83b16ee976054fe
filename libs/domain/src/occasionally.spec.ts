import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Occasionally } from './occasionally.js';

describe('Occasionally', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs the first time, then once per interval, with the number of times passed over', () => {
    const seen: string[] = [];
    const sometimes = new Occasionally(1_000);
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

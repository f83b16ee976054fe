import { afterEach, describe, expect, it, vi } from 'vitest';
import { Expected } from './expected.js';

describe('what is expected', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is given up when its time is over', async () => {
    vi.useFakeTimers();
    const expected = new Expected<string>(1_000);
    const answer = vi.fn();
    void expected.promise.then(answer);
    await vi.advanceTimersByTimeAsync(999);
    expect(answer).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answer).toHaveBeenCalledWith(undefined);
  });

  it('is in time when it came while the event loop stood still', async () => {
    const expected = new Expected<string>(100);
    const untilMs = performance.now() + 300;
    while (performance.now() < untilMs) {
      // Nothing else runs.
    }
    setImmediate(() => {
      expected.settle('in time');
    });
    expect(await expected.promise).toBe('in time');
  });
});

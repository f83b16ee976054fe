import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from './with-timeout.js';

describe('within', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('hands on what comes in time, be it a value or an error', async () => {
    await expect(withTimeout(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(withTimeout(1_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails when the time is over, and says after how long', async () => {
    const outcome = expect(withTimeout(1_000, new Promise(() => undefined))).rejects.toThrow(
      'no answer within 1000 ms',
    );
    await vi.advanceTimersByTimeAsync(999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
  });

  it('fails with the error that the caller wants', async () => {
    const outcome = expect(withTimeout(1, new Promise(() => undefined), () => new TypeError('late'))).rejects.toThrow(
      TypeError,
    );
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
  });

  it('lets nobody hear of a failure that comes too late', async () => {
    let fail = (): void => undefined;
    const work = new Promise((_, reject) => {
      fail = () => {
        reject(new Error('refused'));
      };
    });
    const outcome = expect(withTimeout(1, work)).rejects.toThrow('no answer');
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
    // A rejection that nobody handles would fail the run.
    fail();
    await vi.advanceTimersByTimeAsync(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from './with-timeout.js';

describe('withTimeout', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('settles as the work does when that settles in time', async () => {
    await expect(withTimeout(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(withTimeout(1_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects after the timeout with an error that names its length', async () => {
    const outcome = expect(withTimeout(1_000, new Promise(() => undefined))).rejects.toThrow(
      'no answer within 1000 ms',
    );
    await vi.advanceTimersByTimeAsync(999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
  });

  it('rejects with the error that the caller makes', async () => {
    const outcome = expect(withTimeout(1, new Promise(() => undefined), () => new TypeError('late'))).rejects.toThrow(
      TypeError,
    );
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
  });

  it('ignores a rejection of the work after the timeout', async () => {
    let fail = (): void => undefined;
    const work = new Promise((_, reject) => {
      fail = () => {
        reject(new Error('refused'));
      };
    });
    const outcome = expect(withTimeout(1, work)).rejects.toThrow('no answer');
    await vi.advanceTimersByTimeAsync(1);
    await outcome;
    // An unhandled rejection would fail the test run.
    fail();
    await vi.advanceTimersByTimeAsync(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LookupQueue } from './lookup-queue.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => undefined);
const after = (ms: number) => () =>
  new Promise<string>((resolve) => {
    setTimeout(() => {
      resolve('answered');
    }, ms);
  });

/** The present state of each call: `waits`, `answered`, or its error message. */
function outcomes(calls: readonly Promise<unknown>[]): string[] {
  const states = calls.map(() => 'waits');
  calls.forEach((call, index) => {
    call.then(
      () => (states[index] = 'answered'),
      (error: unknown) => (states[index] = (error as Error).message),
    );
  });
  return states;
}

describe('LookupQueue', () => {
  it('runs at most `concurrency` look-ups at a time, in order', async () => {
    const queue = new LookupQueue({ concurrency: 2, maxWaiting: 100, timeoutMs: 2_000 });
    const begun: number[] = [];
    const states = outcomes(
      [1, 2, 3, 4, 5].map((number) =>
        queue.run(() => {
          begun.push(number);
          return after(100)();
        }),
      ),
    );
    await vi.advanceTimersByTimeAsync(50);
    expect(begun).toEqual([1, 2]);
    expect(queue.waiting).toBe(3);
    await vi.advanceTimersByTimeAsync(300);
    expect(begun).toEqual([1, 2, 3, 4, 5]);
    expect(states).toEqual(Array.from({ length: 5 }, () => 'answered'));
  });

  it('has one deadline for waiting and answering, and discards a look-up that waited for nearly all of it', async () => {
    const queue = new LookupQueue({ concurrency: 1, maxWaiting: 100, timeoutMs: 2_000 });
    const work = vi.fn(never);
    const states = outcomes([1, 2, 3].map(() => queue.run(work)));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(states).toEqual(['waits', 'waits', 'waits']);
    await vi.advanceTimersByTimeAsync(1);
    expect(states.every((state) => /no answer|discarded/.test(state))).toBe(true);
    expect(work).toHaveBeenCalledOnce();
    const [fresh] = outcomes([queue.run(after(10))]);
    expect(fresh).toBe('waits');
    await vi.advanceTimersByTimeAsync(10);
  });

  it('counts the deadline from the given start, and passes the remaining time to the look-up', async () => {
    const queue = new LookupQueue({ concurrency: 1, maxWaiting: 100, timeoutMs: 2_000 });
    let left = 0;
    await queue.run((deadline) => {
      left = deadline.leftMs();
      return Promise.resolve();
    }, performance.now() - 500);
    expect(left).toBe(1_500);
  });

  it('rejects a look-up at once when maxWaiting others wait', async () => {
    const queue = new LookupQueue({ concurrency: 1, maxWaiting: 2, timeoutMs: 2_000 });
    const states = outcomes([1, 2, 3, 4].map(() => queue.run(after(100))));
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(['waits', 'waits', 'waits', 'refused a look-up: 2 others already wait for a connection']);
    await vi.advanceTimersByTimeAsync(300);
    expect(states.slice(0, 3)).toEqual(['answered', 'answered', 'answered']);
  });
});

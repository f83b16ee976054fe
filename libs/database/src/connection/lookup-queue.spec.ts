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

/** What became of each call so far. */
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
  it('runs so many look-ups at a time, in order', async () => {
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

  it('has one deadline for waiting and answering, and discards what waited for nearly all of it', async () => {
    const queue = new LookupQueue({ concurrency: 1, maxWaiting: 100, timeoutMs: 2_000 });
    const work = vi.fn(never);
    const states = outcomes([1, 2, 3].map(() => queue.run(work)));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(states).toEqual(['waits', 'waits', 'waits']);
    await vi.advanceTimersByTimeAsync(1);
    expect(states.every((state) => /no answer|too long/.test(state))).toBe(true);
    expect(work).toHaveBeenCalledOnce();
    const [fresh] = outcomes([queue.run(after(10))]);
    expect(fresh).toBe('waits');
    await vi.advanceTimersByTimeAsync(10);
  });

  it('counts the deadline from when the caller asked, and tells the look-up what is left of it', async () => {
    const queue = new LookupQueue({ concurrency: 1, maxWaiting: 100, timeoutMs: 2_000 });
    let left = 0;
    await queue.run((deadline) => {
      left = deadline.leftMs();
      return Promise.resolve();
    }, performance.now() - 500);
    expect(left).toBe(1_500);
  });

  it('rejects at once what no longer fits', async () => {
    const queue = new LookupQueue({ concurrency: 1, maxWaiting: 2, timeoutMs: 2_000 });
    const states = outcomes([1, 2, 3, 4].map(() => queue.run(after(100))));
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(['waits', 'waits', 'waits', '2 look-ups wait for a connection already']);
    await vi.advanceTimersByTimeAsync(300);
    expect(states.slice(0, 3)).toEqual(['answered', 'answered', 'answered']);
  });
});

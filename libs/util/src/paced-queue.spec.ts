import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PacedQueue } from './paced-queue.js';

describe('PacedQueue', () => {
  let handled: number[];
  /** How long each item keeps the event loop busy, in ms. */
  let itemMs: number;
  let queue: PacedQueue<number>;
  const nextTurn = () => vi.advanceTimersToNextTimer();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout', 'performance'] });
    handled = [];
    itemMs = 0;
    queue = new PacedQueue({ maxPerTurn: 8, targetTurnMs: 20 }, (item) => {
      handled.push(item);
      busyMs += itemMs;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** How long the event loop was busy: no timer fires meanwhile, so only the clock advances. */
  let busyMs = 0;
  beforeEach(() => {
    busyMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + busyMs);
  });

  const add = (count: number) => {
    for (let item = 0; item < count; item++) {
      queue.add(item);
    }
  };

  it('handles items in order, at most `maxPerTurn` in a turn of the event loop, the first ones at once', () => {
    add(20);
    expect([handled.length, queue.size]).toEqual([8, 12]);
    nextTurn();
    expect(handled).toHaveLength(16);
    nextTurn();
    expect(handled).toEqual(Array.from({ length: 20 }, (_, item) => item));
    nextTurn();
    expect([vi.getTimerCount(), queue.size]).toEqual([0, 0]);
  });

  it('handles half as many after a turn that took too long, and first leaves as much time to other work', () => {
    itemMs = 10;
    add(50);
    expect(handled).toHaveLength(8);
    nextTurn();
    expect(handled).toHaveLength(8);
    vi.advanceTimersByTime(79);
    expect(handled).toHaveLength(8);
    vi.advanceTimersByTime(1);
    expect(handled).toHaveLength(12);
    nextTurn();
    // Fake timers round up.
    vi.advanceTimersByTime(45);
    expect(handled).toHaveLength(14);
  });

  it('advances by two items a turn however busy the event loop is, and pauses for a second at most', () => {
    itemMs = 10_000;
    add(100);
    for (let turn = 0; turn < 5; turn++) {
      vi.advanceTimersByTime(1_000);
    }
    const before = handled.length;
    vi.advanceTimersByTime(1_000);
    expect(handled.length - before).toBe(2);
  });

  it('handles one item more after each turn that was short enough', () => {
    itemMs = 10;
    add(100);
    nextTurn();
    itemMs = 0;
    const perTurn: number[] = [];
    while (queue.size > 0) {
      const before = handled.length;
      nextTurn();
      perTurn.push(handled.length - before);
    }
    expect(perTurn.filter((items) => items > 0).slice(0, 7)).toEqual([4, 5, 6, 7, 8, 8, 8]);
  });

  it('counts other work of the turn as well: each client costs more than its handler', () => {
    add(20);
    busyMs += 100;
    nextTurn();
    expect(handled).toHaveLength(8);
    vi.advanceTimersByTime(100);
    expect(handled).toHaveLength(12);
  });

  it('handles items that a handler adds', () => {
    const nested = new PacedQueue<number>({ maxPerTurn: 3, targetTurnMs: 20 }, (item) => {
      handled.push(item);
      if (item < 5) {
        nested.add(item + 1);
      }
    });
    nested.add(1);
    expect(handled).toEqual([1, 2, 3]);
    nextTurn();
    expect(handled).toEqual([1, 2, 3, 4, 5]);
  });
});

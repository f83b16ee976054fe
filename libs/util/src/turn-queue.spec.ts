import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TurnQueue } from './turn-queue.js';

describe('TurnQueue', () => {
  let handled: number[];
  let queue: TurnQueue<number>;
  const nextTurn = () => vi.advanceTimersToNextTimer();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setImmediate'] });
    handled = [];
    queue = new TurnQueue(3, (item) => handled.push(item));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('handles at most `perTurn` items in each turn of the event loop, in order, the first ones at once', () => {
    queue.add([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([handled.length, queue.size]).toEqual([3, 5]);
    nextTurn();
    expect(handled).toHaveLength(6);
    queue.add([9]);
    expect(handled).toHaveLength(6);
    nextTurn();
    expect(handled).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    nextTurn();
    expect([vi.getTimerCount(), queue.size]).toEqual([0, 0]);
  });

  it('counts items that are added one by one in the same turn', () => {
    for (let item = 1; item <= 5; item++) {
      queue.add([item]);
    }
    expect(handled).toEqual([1, 2, 3]);
    nextTurn();
    expect(handled).toEqual([1, 2, 3, 4, 5]);
  });

  it('settles idle() when no item waits', async () => {
    const idle = vi.fn();
    await queue.idle();
    queue.add([1, 2, 3, 4]);
    void queue.idle().then(idle);
    await Promise.resolve();
    expect(idle).not.toHaveBeenCalled();
    nextTurn();
    await Promise.resolve();
    expect(idle).toHaveBeenCalledOnce();
  });

  it('handles items that a handler adds', () => {
    const nested = new TurnQueue<number>(3, (item) => {
      handled.push(item);
      if (item < 5) {
        nested.add([item + 1]);
      }
    });
    nested.add([1]);
    expect(handled).toEqual([1, 2, 3]);
    nextTurn();
    expect(handled).toEqual([1, 2, 3, 4, 5]);
  });
});

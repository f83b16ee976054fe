import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchScheduler } from './batch-scheduler.js';

describe('Pace', () => {
  let restMs = 100;
  let done: string[];
  let pace: BatchScheduler;
  const work = () => done.push('work');
  const other = () => done.push('other');

  beforeEach(() => {
    vi.useFakeTimers();
    restMs = 100;
    done = [];
    pace = new BatchScheduler(() => restMs);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins in the next turn after a rest, once for all that was asked for until then', () => {
    pace.schedule(work);
    pace.schedule(work);
    pace.schedule(other);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(done).toEqual(['work', 'other']);
  });

  it('gathers what comes during the rest until it is over, and then rests again', () => {
    pace.schedule(work);
    vi.advanceTimersByTime(0);
    for (let round = 0; round < 3; round++) {
      pace.schedule(work);
      vi.advanceTimersByTime(60);
      pace.schedule(work);
      vi.advanceTimersByTime(39);
      expect(done).toHaveLength(round + 1);
      vi.advanceTimersByTime(1);
      expect(done).toHaveLength(round + 2);
    }
  });

  it('begins nothing by itself, and owes no rest after one', () => {
    pace.schedule(work);
    vi.advanceTimersByTime(5_000);
    expect(done).toEqual(['work']);
    pace.schedule(work);
    vi.advanceTimersByTime(0);
    expect(done).toEqual(['work', 'work']);
  });

  it('asks for the length of each rest when it begins', () => {
    restMs = 0;
    pace.schedule(work);
    vi.advanceTimersByTime(0);
    restMs = 50;
    pace.schedule(work);
    vi.advanceTimersByTime(0);
    pace.schedule(work);
    vi.advanceTimersByTime(49);
    expect(done).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(done).toHaveLength(3);
  });

  it('lets work ask for more', () => {
    pace.schedule(() => {
      work();
      pace.schedule(other);
    });
    vi.advanceTimersByTime(99);
    expect(done).toEqual(['work']);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['work', 'other']);
  });

  it('leaves no timer behind when it is told that nothing is wanted any more', () => {
    pace.schedule(work);
    pace.cancel();
    expect(vi.getTimerCount()).toBe(0);
    pace.schedule(other);
    vi.advanceTimersByTime(0);
    pace.schedule(work);
    pace.cancel();
    expect(vi.getTimerCount()).toBe(0);
    expect(done).toEqual(['other']);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchScheduler } from './batch-scheduler.js';

describe('BatchScheduler', () => {
  let pauseMs = 100;
  let done: string[];
  let scheduler: BatchScheduler;
  const work = () => done.push('work');
  const other = () => done.push('other');

  beforeEach(() => {
    vi.useFakeTimers();
    pauseMs = 100;
    done = [];
    scheduler = new BatchScheduler(() => pauseMs);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs all scheduled work in the next turn of the event loop, each function once', () => {
    scheduler.schedule(work);
    scheduler.schedule(work);
    scheduler.schedule(other);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(done).toEqual(['work', 'other']);
  });

  it('runs work that is scheduled during the pause when the pause ends, and pauses again', () => {
    scheduler.schedule(work);
    vi.advanceTimersByTime(0);
    for (let round = 0; round < 3; round++) {
      scheduler.schedule(work);
      vi.advanceTimersByTime(60);
      scheduler.schedule(work);
      vi.advanceTimersByTime(39);
      expect(done).toHaveLength(round + 1);
      vi.advanceTimersByTime(1);
      expect(done).toHaveLength(round + 2);
    }
  });

  it('runs nothing when nothing is scheduled, and does not pause before the next batch', () => {
    scheduler.schedule(work);
    vi.advanceTimersByTime(5_000);
    expect(done).toEqual(['work']);
    scheduler.schedule(work);
    vi.advanceTimersByTime(0);
    expect(done).toEqual(['work', 'work']);
  });

  it('computes the length of each pause when its batch starts', () => {
    pauseMs = 0;
    scheduler.schedule(work);
    vi.advanceTimersByTime(0);
    pauseMs = 50;
    scheduler.schedule(work);
    vi.advanceTimersByTime(0);
    scheduler.schedule(work);
    vi.advanceTimersByTime(49);
    expect(done).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(done).toHaveLength(3);
  });

  it('runs work that is scheduled by a batch in the next batch', () => {
    scheduler.schedule(() => {
      work();
      scheduler.schedule(other);
    });
    vi.advanceTimersByTime(99);
    expect(done).toEqual(['work']);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['work', 'other']);
  });

  it('discards scheduled work and leaves no timer when it is cancelled', () => {
    scheduler.schedule(work);
    scheduler.cancel();
    expect(vi.getTimerCount()).toBe(0);
    scheduler.schedule(other);
    vi.advanceTimersByTime(0);
    scheduler.schedule(work);
    scheduler.cancel();
    expect(vi.getTimerCount()).toBe(0);
    expect(done).toEqual(['other']);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from './heartbeat.js';

describe('the heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('beats once in every period, the first time a period after the arrival', () => {
    const heartbeat = new Heartbeat(15_000, 15);
    vi.advanceTimersByTime(4_000);
    const beat = vi.fn();
    heartbeat.join({ beat });
    vi.advanceTimersByTime(14_999);
    expect(beat).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1);
    expect(beat).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(30_000);
    expect(beat).toHaveBeenCalledTimes(3);
    heartbeat.stop();
  });

  it('leaves those in peace who have left, even while it beats', () => {
    const heartbeat = new Heartbeat(1_000, 10);
    const second = { beat: vi.fn() };
    const first = {
      beat: () => {
        seat.delete(second);
      },
    };
    heartbeat.join(first);
    const seat = heartbeat.join(second);
    vi.advanceTimersByTime(3_000);
    expect(second.beat).not.toHaveBeenCalled();
    heartbeat.stop();
  });

  it('has one timer, however many there are', () => {
    const heartbeat = new Heartbeat(1_000);
    Array.from({ length: 1_000 }, () => heartbeat.join({ beat: () => undefined }));
    expect(vi.getTimerCount()).toBe(1);
    heartbeat.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

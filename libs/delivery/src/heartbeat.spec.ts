import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from './heartbeat.js';

describe('Heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls a target once per period, the first time one period after it has joined', () => {
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

  it('does not call a target that has left, even during the same beat', () => {
    const heartbeat = new Heartbeat(1_000, 10);
    const second = { beat: vi.fn() };
    const first = {
      beat: () => {
        slot.delete(second);
      },
    };
    heartbeat.join(first);
    const slot = heartbeat.join(second);
    vi.advanceTimersByTime(3_000);
    expect(second.beat).not.toHaveBeenCalled();
    heartbeat.stop();
  });

  it('has one timer for any number of targets', () => {
    const heartbeat = new Heartbeat(1_000);
    Array.from({ length: 1_000 }, () => heartbeat.join({ beat: () => undefined }));
    expect(vi.getTimerCount()).toBe(1);
    heartbeat.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

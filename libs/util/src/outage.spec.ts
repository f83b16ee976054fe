import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outage } from './outage.js';

describe('Outage', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lasts from its first begin to its end, in seconds with one decimal', () => {
    const outage = new Outage();
    outage.begin();
    vi.advanceTimersByTime(1_000);
    outage.begin();
    vi.advanceTimersByTime(260);
    expect([outage.active, outage.end(), outage.active]).toEqual([true, 1.3, false]);
  });

  it('has no length if it never began', () => {
    expect(new Outage().end()).toBeUndefined();
  });
});

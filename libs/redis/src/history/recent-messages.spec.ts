import { afterEach, describe, expect, it, vi } from 'vitest';
import { RecentMessages } from './recent-messages.js';

describe('messages that were read a moment ago', () => {
  const message = Buffer.from('message');

  afterEach(() => {
    vi.useRealTimers();
  });

  it('are the same object for all that read them, for some seconds', async () => {
    vi.useFakeTimers();
    const recent = new RecentMessages();
    recent.add('epoch', 1, message);
    expect(recent.get('epoch', 1)).toBe(message);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(recent.get('epoch', 1)).toBeUndefined();
  });

  it('are those of one epoch: another one counts from the beginning', () => {
    const recent = new RecentMessages();
    recent.add('epoch', 1, message);
    expect(recent.get('other', 1)).toBeUndefined();
    recent.add('other', 2, message);
    expect(recent.get('epoch', 1)).toBeUndefined();
  });

  it('take a bounded amount of memory', () => {
    const recent = new RecentMessages();
    const large = Buffer.alloc(6 * 1024 * 1024);
    [1, 2, 3].forEach((sequence) => {
      recent.add('epoch', sequence, large);
    });
    expect([1, 2, 3].map((sequence) => recent.get('epoch', sequence) === large)).toEqual([false, false, true]);
  });
});

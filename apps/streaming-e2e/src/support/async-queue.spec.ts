import { describe, expect, it } from 'vitest';

import { AsyncQueue } from './async-queue.js';

describe('an inbox', () => {
  it('hands out in order what came before it was asked and what comes after', async () => {
    const inbox = new AsyncQueue<number>();
    inbox.add(1);
    expect(await inbox.next()).toBe(1);
    const next = inbox.next();
    inbox.add(2);
    inbox.add(3);
    expect(await next).toBe(2);
    expect(await inbox.next()).toBe(3);
    expect(inbox.all).toEqual([1, 2, 3]);
  });

  it('fails when nothing comes in time', async () => {
    await expect(new AsyncQueue().next(5)).rejects.toThrow('within 5 ms');
  });

  it('hands out what came before the end, then says why there is no more', async () => {
    const inbox = new AsyncQueue<string>();
    const waiting = inbox.next();
    inbox.end('the server has gone');
    await expect(waiting).rejects.toThrow('the server has gone');
    inbox.add('late');
    expect(await inbox.next()).toBe('late');
  });
});

import { describe, expect, it } from 'vitest';
import { Fifo } from './fifo.js';

describe('a queue', () => {
  it('gives its items in the order in which they were added, also while others are added', () => {
    const queue = new Fifo<number>();
    queue.add(1);
    queue.add(2);
    expect(queue.take()).toBe(1);
    queue.add(3);
    expect([queue.size, queue.first]).toEqual([2, 2]);
    expect([queue.take(), queue.take(), queue.take()]).toEqual([2, 3, undefined]);
    expect([queue.size, queue.first]).toEqual([0, undefined]);
    queue.add(4);
    expect([queue.take(), queue.size]).toEqual([4, 0]);
  });
});

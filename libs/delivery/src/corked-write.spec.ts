import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { flush, writeCorked } from './corked-write.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('writing in one call', () => {
  it('gathers what is written in one turn, in order', async () => {
    const socket = new PassThrough();
    const uncork = vi.spyOn(socket, 'uncork');
    ['a', 'b', 'c'].forEach((text) => {
      writeCorked(socket, Buffer.from(text));
    });
    expect(socket.read()).toBeNull();
    await nextTurn();
    expect(String(socket.read())).toBe('abc');
    expect(uncork).toHaveBeenCalledTimes(1);
  });

  it('waits no longer when it is told so, and gathers what comes afterwards anew', async () => {
    const socket = new PassThrough();
    writeCorked(socket, Buffer.from('a'));
    flush(socket);
    expect(String(socket.read())).toBe('a');
    flush(socket);
    writeCorked(socket, Buffer.from('b'));
    expect(socket.read()).toBeNull();
    await nextTurn();
    expect(String(socket.read())).toBe('b');
    expect(socket.writableCorked).toBe(0);
  });

  it('begins anew in the next turn', async () => {
    const socket = new PassThrough();
    writeCorked(socket, Buffer.from('a'));
    await nextTurn();
    writeCorked(socket, Buffer.from('b'));
    await nextTurn();
    expect(String(socket.read())).toBe('ab');
    expect(socket.writableCorked).toBe(0);
  });
});

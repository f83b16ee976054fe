import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import {
  bufferedBytes,
  bufferedPieces,
  dropOutput,
  flushOutput,
  isBackedUp,
  uncork,
  writeAlone,
  writeCorked,
} from './corked-write.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('writeCorked', () => {
  it('writes all bytes of one turn of the event loop in one call, in order', async () => {
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

  it('writes at once on uncork, and corks later writes again', async () => {
    const socket = new PassThrough();
    writeCorked(socket, Buffer.from('a'));
    uncork(socket);
    expect(String(socket.read())).toBe('a');
    uncork(socket);
    writeCorked(socket, Buffer.from('b'));
    expect(socket.read()).toBeNull();
    await nextTurn();
    expect(String(socket.read())).toBe('b');
    expect(socket.writableCorked).toBe(0);
  });

  it('collects again in the next turn', async () => {
    const socket = new PassThrough();
    writeCorked(socket, Buffer.from('a'));
    await nextTurn();
    writeCorked(socket, Buffer.from('b'));
    await nextTurn();
    expect(String(socket.read())).toBe('ab');
    expect(socket.writableCorked).toBe(0);
  });
});

describe('writeAlone', () => {
  it('writes at once, and behind what this turn has collected', async () => {
    const socket = new PassThrough();
    writeAlone(socket, Buffer.from('a'));
    expect(String(socket.read())).toBe('a');
    writeCorked(socket, Buffer.from('b'));
    writeAlone(socket, Buffer.from('c'));
    expect(socket.read()).toBeNull();
    await nextTurn();
    expect(String(socket.read())).toBe('bc');
  });
});

describe('a socket whose client does not read', () => {
  /** Completes a write when the test calls `read`; `taken` has one entry per system call. */
  class SlowSocket extends Writable {
    readonly taken: string[] = [];
    #done: (() => void) | undefined;

    constructor() {
      super({ highWaterMark: 10 });
    }

    override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
      this.taken.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString());
      this.#done = done;
    }

    override _write(chunk: Buffer, _: string, done: () => void): void {
      this._writev([{ chunk }], done);
    }

    async read(): Promise<void> {
      this.#done?.();
      await nextTurn();
    }
  }

  async function fill(socket: SlowSocket): Promise<void> {
    writeCorked(socket, Buffer.from('0123456789'));
    await nextTurn();
    expect(isBackedUp(socket)).toBe(true);
  }

  it('keeps writes outside the socket, counts them, and drops them at once', async () => {
    const socket = new SlowSocket();
    await fill(socket);
    for (let index = 0; index < 100_000; index++) {
      writeCorked(socket, Buffer.from('xx'));
    }
    await nextTurn();
    writeAlone(socket, Buffer.from('xx'));
    expect([bufferedPieces(socket), bufferedBytes(socket), socket.writableLength]).toEqual([100_001, 200_012, 10]);
    dropOutput(socket);
    expect([bufferedPieces(socket), bufferedBytes(socket)]).toEqual([0, 10]);
  });

  it('receives the backlog in order, at most 256 writes at a time, once it reads again', async () => {
    const socket = new SlowSocket();
    await fill(socket);
    const texts = Array.from({ length: 600 }, (_, index) => `${index},`);
    texts.forEach((text) => {
      writeCorked(socket, Buffer.from(text));
    });
    for (let round = 0; round < 3; round++) {
      await socket.read();
      expect(socket.taken.at(-1)?.split(',').length).toBeLessThanOrEqual(257);
    }
    writeCorked(socket, Buffer.from('end'));
    await socket.read();
    await socket.read();
    expect(socket.taken.join('')).toBe(`0123456789${texts.join('')}end`);
    expect([bufferedPieces(socket), bufferedBytes(socket), isBackedUp(socket)]).toEqual([0, 0, false]);
  });

  it('receives all output before a close frame after flushOutput', async () => {
    const socket = new SlowSocket();
    await fill(socket);
    writeCorked(socket, Buffer.from('last event,'));
    flushOutput(socket);
    socket.write('close frame');
    await socket.read();
    await socket.read();
    expect(socket.taken.join('')).toBe('0123456789last event,close frame');
  });
});

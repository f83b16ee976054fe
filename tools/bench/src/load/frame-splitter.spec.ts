import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { stamp, StampReader } from '../events/stamp.js';
import { encodeChunk } from '../naive/naive-sse.js';
import { encodeWebSocketFrame } from '../naive/naive-websocket.js';
import { ChunkSplitter } from './chunk-splitter.js';
import { WebSocketSplitter } from './websocket-splitter.js';
import type { FrameSplitter, OnFrame } from './frame-splitter.js';

const transports = [
  {
    name: 'WebSocket frames',
    encode: encodeWebSocketFrame,
    frames: (onFrame: OnFrame) => new WebSocketSplitter(onFrame),
  },
  { name: 'HTTP chunks', encode: encodeChunk, frames: (onFrame: OnFrame) => new ChunkSplitter(onFrame) },
];

/** A payload with its stamp near the beginning, of any size. */
const payload = (sequence: number, padding: string) => ({ id: '1', uri: stamp(sequence, 5_000), padding });

describe.each(transports)('a load client reading $name', ({ encode, frames }) => {
  function sequencesIn(pieces: Iterable<Buffer>): number[] {
    const reader = new StampReader();
    const found: number[] = [];
    const cutter: FrameSplitter = frames((_, data, from, to) => {
      if (reader.read(data, from, to)) {
        found.push(reader.sequence);
      }
    });
    for (const piece of pieces) {
      cutter.read(piece);
    }
    return found;
  }

  it('finds every event once and in order, wherever the bytes are cut', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 70_000 }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, cuts, (paddings, pieceSizes) => {
        const all = Buffer.concat(
          paddings.map((size, index) => encode(['public'], 'update', payload(index, 'x'.repeat(size)))),
        );
        const shared = Buffer.alloc(4_000);
        function* pieces(): Generator<Buffer> {
          for (let at = 0, turn = 0; at < all.length; turn++) {
            const size = pieceSizes[turn % pieceSizes.length]!;
            // What a reader is given is overwritten by the next read.
            const copied = all.copy(shared, 0, at, at + size);
            yield shared.subarray(0, copied);
            at += copied;
          }
        }
        expect(sequencesIn(pieces())).toEqual(paddings.map((_, index) => index));
      }),
      { numRuns: 60 },
    );
  });

  it('passes over what carries no stamp', () => {
    const other = encode(['public'], 'delete', '107');
    const event = encode(['public'], 'update', payload(7, ''));
    expect(sequencesIn([Buffer.concat([other, event, other])])).toEqual([7]);
  });
});

it('refuses an answer that is not chunked', () => {
  expect(() => {
    new ChunkSplitter(() => undefined).read(Buffer.from('event: update\r\n'));
  }).toThrow('not chunked');
});

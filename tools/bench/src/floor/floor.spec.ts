import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readClientFrames } from './client-frames.js';
import { eventStreamChunk, webSocketFrame } from './frames.js';
import { RespReader } from './resp-reader.js';
import { clientFrame, opcodes } from '../load/websocket-splitter.js';
import { encodeChunk } from '../naive/naive-sse.js';
import { encodeWebSocketFrame } from '../naive/naive-websocket.js';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const push = (channel: string, text: string): string => `*3\r\n${bulk('message')}${bulk(channel)}${bulk(text)}`;

describe('the reader of Redis replies', () => {
  it('gives each message once and in order, wherever the bytes are cut, and skips other replies', () => {
    const messages = fc.array(
      fc.tuple(fc.string({ unit: 'grapheme', maxLength: 9 }), fc.string({ unit: 'grapheme' })),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 40 }), (published, pieceBytes) => {
        const other = `*3\r\n${bulk('subscribe')}${bulk('c')}:1\r\n+OK\r\n`;
        const all = Buffer.from(other + published.map(([channel, text]) => push(channel, text) + other).join(''));
        const found: [string, string][] = [];
        const reader = new RespReader((channel, data, from, to) => {
          found.push([Buffer.from(channel, 'latin1').toString(), data.toString('utf8', from, to)]);
        });
        for (let at = 0; at < all.length; at += pieceBytes) {
          reader.read(all.subarray(at, at + pieceBytes));
        }
        expect(found).toEqual(published);
      }),
    );
  });
});

describe('the bytes of the floor server', () => {
  const payloads = [{ id: '1', content: '<p>"кот" \\ 天文台 🎶\u0085</p>' }, '107', { text: 'x'.repeat(70_000) }, {}];

  it.each(payloads)('are those of the naive server', (payload) => {
    const message = Buffer.from(`padding${JSON.stringify({ event: 'update', payload })}`);
    const label = ['hashtag', '天文'];
    const from = 'padding'.length;
    expect(webSocketFrame(label, message, from, message.length)).toEqual(
      encodeWebSocketFrame(label, 'update', payload),
    );
    const chunk = eventStreamChunk(label, message, from, message.length);
    expect(chunk.toString('hex')).toBe(encodeChunk(label, 'update', payload).toString('hex'));
  });
});

describe('the reader of client frames', () => {
  it('gives the text of each text frame and passes over pongs', () => {
    const texts = ['short', 'x'.repeat(300)];
    const found: (string | undefined)[] = [];
    const pong = clientFrame(opcodes.pong, Buffer.alloc(0));
    const frames = texts.flatMap((text) => [clientFrame(opcodes.text, Buffer.from(text)), pong]);
    readClientFrames(Buffer.concat([...frames, clientFrame(opcodes.close, Buffer.alloc(0))]), (text) =>
      found.push(text),
    );
    expect(found).toEqual([...texts, undefined]);
  });
});

import { StreamEvent } from '@fedistream/domain';
import { EventSource } from 'eventsource';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Label } from './label.js';
import { chunkedSseFraming, plainSseFraming, resumablePlainSseFraming, sseComment } from './sse-framing.js';
import { messageOf, pingFrame, textFrame, webSocketFraming } from './websocket-framing.js';

/** A `ws` client on one end of a TCP connection; on the other, the bytes under test are written to the socket itself. */
let server: WebSocketServer;
let client: WebSocket;
let socket: Socket;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0 });
  const connected = once(server, 'connection') as Promise<[WebSocket, IncomingMessage]>;
  client = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`);
  [, { socket }] = await connected;
  await once(client, 'open');
});

afterAll(() => {
  client.terminate();
  server.close();
});

/** The message that `ws` on the other side reads from the bytes. */
async function readFrame(bytes: Buffer): Promise<string> {
  const received = once(client, 'message') as Promise<[Buffer, boolean]>;
  socket.write(bytes);
  const [data, isBinary] = await received;
  return isBinary ? 'binary' : data.toString();
}

const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

describe('blocks of an event stream', () => {
  it('are made once for all that deliver the same event one after the other', () => {
    const [one, other] = [StreamEvent.of('update', 'one'), StreamEvent.of('update', 'other')];
    const [first, second, third, fourth] = [one, one, other, one].map((event) =>
      chunkedSseFraming.frame(event, ['user']),
    );
    expect(second).toBe(first);
    expect(third?.toString()).toContain('other');
    expect(fourth).toEqual(first);
  });
});

describe('WebSocket frames', () => {
  it.each(sizes)('of %i bytes are read by ws', async (size) => {
    const text = 'x'.repeat(size);
    expect(await readFrame(textFrame(text))).toBe(text);
    expect(messageOf(textFrame(text)).toString()).toBe(text);
  });

  it('carry any payload unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), async (payload, tag) => {
        const message = JSON.parse(
          await readFrame(webSocketFraming.frame(StreamEvent.of('update', payload), ['hashtag', tag])),
        ) as unknown;
        expect(message).toEqual({ stream: ['hashtag', tag], event: 'update', payload });
      }),
    );
  });

  it('of a ping are answered by ws', async () => {
    const answered = once(socket, 'data');
    socket.write(pingFrame);
    const [pong] = (await answered) as [Buffer];
    expect(pong.subarray(0, 2)).toEqual(Buffer.from([0x8a, 0x80])); // final, masked, empty
  });

  it('carry lone surrogates and line separators', async () => {
    const payload = '\ud800 \u2028 \u2029 🎉';
    const message = await readFrame(webSocketFraming.frame(StreamEvent.of('x', payload), ['user']));
    expect((JSON.parse(message) as { payload: string }).payload).toBe(payload);
  });

  it('have no member "payload" for an event without payload', async () => {
    expect(await readFrame(webSocketFraming.frame(StreamEvent.of('filters_changed'), ['user']))).toBe(
      '{"stream":["user"],"event":"filters_changed"}',
    );
  });
});

describe('an event that was received as bytes', () => {
  it.each([webSocketFraming, chunkedSseFraming, plainSseFraming])(
    'has the same frame as an event with the same text, in framing $name',
    (framing) => {
      fc.assert(
        fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (payload) => {
          const texts = [JSON.stringify(payload), JSON.stringify({ before: payload })];
          const asBytes = texts.map((text) => StreamEvent.received('update', Buffer.from(text)));
          const asText = texts.map((text) => StreamEvent.received('update', text));
          // Several labels of an event, and events in turn: none gets the bytes of another.
          for (const [index, label] of [
            [0, ['user']] as const,
            [0, ['hashtag', 'é']] as const,
            [1, ['user']] as const,
            [0, ['user']] as const,
          ]) {
            expect(framing.frame(asBytes[index]!, label)).toEqual(framing.frame(asText[index]!, label));
          }
        }),
      );
    },
  );
});

describe('the bytes of a variant', () => {
  const member = fc.record({ name: fc.string({ unit: 'binary' }), value: fc.jsonValue() });

  it.each([webSocketFraming, chunkedSseFraming, plainSseFraming])(
    'equal those of an event with the same text, in framing $name',
    (framing) => {
      fc.assert(
        fc.property(
          fc.dictionary(fc.string(), fc.string({ unit: 'binary', maxLength: 200 })),
          fc.array(member, { minLength: 1, maxLength: 3 }),
          fc.constantFrom(undefined, 2, 'received as bytes' as const),
          fc.array(fc.constantFrom<Label[]>(['public'], ['hashtag', 'é']), { minLength: 1, maxLength: 3 }),
          (payload, members, form, labels) => {
            const event =
              form === 'received as bytes'
                ? StreamEvent.received('update', Buffer.from(JSON.stringify(payload)))
                : StreamEvent.of('update', JSON.stringify(payload, null, form));
            for (const label of labels) {
              for (const { name, value } of members) {
                const variant = event.withMember(name, JSON.stringify(value));
                const whole = StreamEvent.of('update', variant.text);
                expect(framing.frame(variant, label)).toEqual(framing.frame(whole, label));
              }
            }
          },
        ),
      );
    },
  );

  it.each([100, 300, 70_000])('have a header with their length: %i', async (size) => {
    const variant = StreamEvent.of('update', { content: 'é'.repeat(size / 2) }).withMember('filtered', '[]');
    const message = JSON.parse(await readFrame(webSocketFraming.frame(variant, ['public']))) as { payload: string };
    expect(message.payload).toBe(variant.text);
  });
});

describe('server-sent events', () => {
  const plain = (event: StreamEvent) => plainSseFraming.frame(event, ['user']).toString();

  it('are one data line for JSON', () => {
    expect(plain(StreamEvent.of('update', { id: '1' }))).toBe('event: update\ndata: {"id":"1"}\n\n');
    const placed = StreamEvent.of('update', { id: '1' });
    placed.placeAt({ order: 1, position: 'place' });
    // A client that does not follow the standard may take more lines for data.
    expect(plain(placed)).toBe('event: update\ndata: {"id":"1"}\n\n');
    expect(resumablePlainSseFraming.frame(placed, ['user']).toString()).toBe(
      'event: update\ndata: {"id":"1"}\nid: place\n\n',
    );
  });

  it('carry a bare id for deletes', () => {
    expect(plain(StreamEvent.of('delete', '107214471804101576'))).toBe('event: delete\ndata: 107214471804101576\n\n');
  });

  it('carry {} for an event without payload', () => {
    expect(plain(StreamEvent.of('filters_changed'))).toBe('event: filters_changed\ndata: {}\n\n');
  });

  it('cannot be forged by line breaks in a payload', () => {
    expect(plain(StreamEvent.of('x', 'a\n\nevent: delete\rdata: 1\r\nb'))).toBe(
      'event: x\ndata: a\ndata: \ndata: event: delete\ndata: data: 1\ndata: b\n\n',
    );
  });

  it('are one chunk each', () => {
    const event = StreamEvent.of('update', 'héllo');
    const text = plain(event);
    expect(chunkedSseFraming.frame(event, ['user']).toString()).toBe(
      `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`,
    );
  });

  it('have comments that end with one line feed, because Mastodon.py fails on two', () => {
    expect(sseComment('thump', plainSseFraming).toString()).toBe(':thump\n');
    expect(sseComment('thump', chunkedSseFraming).toString()).toBe('7\r\n:thump\n\r\n');
  });

  it('reach an EventSource unchanged, with any payload', async () => {
    const payloads = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), 200);
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const blocks = payloads.map((payload) => plainSseFraming.frame(StreamEvent.of('x', payload), ['user']));
      response.write(Buffer.concat([sseComment(')', plainSseFraming), ...blocks]));
    }).listen(0);
    const source = new EventSource(`http://localhost:${(server.address() as AddressInfo).port}`);
    const received: string[] = [];
    await new Promise<void>((resolve) => {
      source.addEventListener('x', ({ data }) => {
        received.push(data as string);
        if (received.length === payloads.length) {
          resolve();
        }
      });
    });
    source.close();
    server.close();
    expect(received).toEqual(payloads.map((payload) => payload.replace(/\r\n?/g, '\n')));
  });
});

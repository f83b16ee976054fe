import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { expectNothingLeft, openCheckedEnvironment } from '../conformance/checked-environment.js';
import { openRawWebSocket } from '../conformance/raw-websocket.js';
import {
  authorization,
  eventStream,
  RawConnection,
  receivedBeforeFence,
  streamingPath,
  webSocket,
  WebSocketClient,
  type ReceivedEvent,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';
import { anyClientMessage, anyFrame, anyMessage, anyRequest } from './any-input.js';
import { UnaffectedClients } from './unaffected-clients.js';

const runs = { numRuns: 60, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false };

/**
 * An event in the form common to both transports: event streams have one kind of line break, always have data, and are
 * UTF-8, which has no lone surrogates.
 */
function shown({ event, payload }: ReceivedEvent): readonly [string, string] {
  const inUtf8 = (text: string) => Buffer.from(text).toString();
  return [inUtf8(event), inUtf8((payload ?? '{}').replace(/\r\n?/g, '\n'))];
}

describe('random input', () => {
  let environment: RedisTestEnvironment;
  let others: UnaffectedClients;
  let viewer: Viewer;

  beforeAll(async () => {
    environment = await openCheckedEnvironment();
    viewer = await environment.fixtures.viewer();
    await environment.fixtures.filter(viewer.account, { keywords: [{ keyword: 'x', wholeWord: true }] });
  });

  afterAll(async () => {
    await environment.stop();
  });

  beforeEach(async () => {
    others = await UnaffectedClients.open(environment);
  });

  afterEach(async () => {
    await others.undisturbed();
    await others.close();
    await expectNothingLeft(environment);
  });

  it('from Redis gives the same events on both transports, and affects no other client', async () => {
    const { server, publisher } = environment;
    const home = `timeline:${viewer.account.id}`;
    const followed = [
      { stream: 'user', channel: home },
      { stream: 'public', channel: 'timeline:public' },
    ];
    const pairs = await Promise.all(
      followed.map(async (wanted) => ({
        channel: wanted.channel,
        overEventStream: await eventStream.open(server, publisher, { token: viewer.token, ...wanted }),
        overWebSocket: await webSocket.open(server, publisher, { token: viewer.token, ...wanted }),
      })),
    );
    const channels = [
      ...followed.map(({ channel }) => channel),
      `timeline:system:${viewer.account.id}`,
      `timeline:access_token:${viewer.tokenId}`,
      'timeline:system:',
      'timeline:nobody',
    ];
    let arrived = 0;
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...channels), anyMessage), { minLength: 1, maxLength: 20 }),
      async (messages) => {
        const pipeline = publisher.client.pipeline();
        for (const [channel, message] of messages) {
          pipeline.publish(publisher.prefixed(channel), message);
        }
        await pipeline.exec();
        await others.undisturbed();
        for (const { channel, overEventStream, overWebSocket } of pairs) {
          const one = await receivedBeforeFence(overEventStream, publisher, channel);
          // The WebSocket has received the fence of the event stream as well.
          const other = await overWebSocket.takeUntil(({ event }) => event === 'fence');
          expect(one.map(shown)).toEqual(other.map(shown));
          arrived += one.length;
        }
      },
    );
    try {
      await fc.assert(property, runs);
    } finally {
      await Promise.all(pairs.flatMap((pair) => [pair.overEventStream.close(), pair.overWebSocket.close()]));
    }
    expect(arrived).toBeGreaterThan(0);
  });

  it('over a WebSocket affects no other client', async () => {
    const property = fc.asyncProperty(fc.array(anyFrame, { minLength: 1, maxLength: 10 }), async (frames) => {
      const connection = await openRawWebSocket(environment.server, viewer.token, '&stream=user');
      for (const frame of frames) {
        connection.write(frame);
      }
      await others.undisturbed();
      connection.destroy();
    });
    await fc.assert(property, runs);
  });

  it('in client messages leaves the socket open, answered by known errors only', async () => {
    const url = environment.server.url(streamingPath, 'ws');
    const statuses = new Set([400, 401, 429]);
    const property = fc.asyncProperty(fc.array(anyClientMessage, { minLength: 1, maxLength: 30 }), async (messages) => {
      const client = await WebSocketClient.open(url, { headers: authorization(viewer) });
      for (const message of messages) {
        client.send(message);
      }
      await client.ping();
      await others.undisturbed();
      for (const { error, status } of client.errors) {
        expect([error, statuses.has(status ?? 0)]).toEqual([error, true]);
      }
      await client.close();
    });
    await fc.assert(property, runs);
  });

  it('over HTTP gets a known response, and affects no other client', async () => {
    const property = fc.asyncProperty(anyRequest, fc.boolean(), async ({ path, query, header }, known) => {
      const search = query.map((pair) => pair.join('=')).join('&');
      const token = known ? viewer.token : header;
      const connection = await RawConnection.open(environment.server.port);
      const head = `GET ${streamingPath}/${path}?${search} HTTP/1.1\r\nHost: x\r\n`;
      connection.write(Buffer.from(`${head}Authorization: ${token}\r\nX-Request-Id: ${header}\r\n\r\n`, 'latin1'));
      const answer = await connection.read('\r\n\r\n');
      expect(answer).toMatch(/^HTTP\/1\.1 (200|400|401|404|431) /);
      expect(answer).not.toMatch(/error(?!":"|=")[^"]*(at |node_modules|pg|select)/i);
      connection.destroy();
      await others.undisturbed();
    });
    await fc.assert(property, runs);
  });

  it('instead of HTTP affects no other client', async () => {
    const property = fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), async (pieces) => {
      const connection = await RawConnection.open(environment.server.port);
      for (const piece of pieces) {
        connection.write(piece);
      }
      await others.undisturbed();
      connection.destroy();
    });
    await fc.assert(property, { ...runs, numRuns: 50 });
  });
});

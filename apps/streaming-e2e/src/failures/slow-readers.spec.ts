import { describe, expect, it } from 'vitest';

import { closeAfterTest } from '../conformance/close-after-test.js';
import { clientFrame, openRawWebSocket } from '../conformance/raw-websocket.js';
import {
  authorization,
  EventStreamClient,
  eventStreamUrl,
  metric,
  publishEvent,
  untilMetric,
  WebSocketClient,
  webSocketUrl,
  type Viewer,
} from '../support/index.js';
import { watchedEnvironment } from './watched-environment.js';

const budgetKib = 1_024;
/** An upper bound of the socket buffers on both sides. */
const systemBuffersBytes = 24 * 2 ** 20;
const eventBytes = 100_000;
const event = JSON.stringify({ event: 'update', payload: { content: 'x'.repeat(eventBytes) } });

describe('a client that never reads', () => {
  const watched = watchedEnvironment({ env: { OUTPUT_BUDGET_KIB: String(budgetKib) } });

  const kinds = [
    {
      type: 'eventsource',
      ending: { code: 1006 },
      open: (of: Viewer) =>
        EventStreamClient.open(eventStreamUrl(watched.server, { stream: 'user' }), authorization(of)),
    },
    {
      type: 'websocket',
      // The close frame "Try again later" follows all sent data; the client reads it once it reads again.
      ending: { code: 1013, reason: 'slow' },
      open: ({ token }: Viewer) => WebSocketClient.open(webSocketUrl(watched.server, { token, stream: 'user' })),
    },
  ] as const;

  describe.each(kinds)('over $type', ({ type, ending, open }) => {
    it('is disconnected when its output budget is exceeded, before the server’s memory grows', async () => {
      const client = await closeAfterTest<EventStreamClient | WebSocketClient>(open(watched.viewer));
      client.pause();
      const sentBefore = Number(await metric(watched.server, 'messages_sent_total', { type }));
      const memoryBefore = Number(await metric(watched.server, 'process_resident_memory_bytes'));
      // 200 MB in all, ten at a time, so that Redis does not disconnect the server as a slow subscriber.
      for (let round = 0; round < 200; round++) {
        const pipeline = watched.publisher.client.pipeline();
        for (let time = 0; time < 10; time++) {
          pipeline.publish(watched.publisher.prefixed(watched.home), event);
        }
        await pipeline.exec();
        if (round % 10 === 0) {
          await watched.others.undisturbed();
        }
      }
      await untilMetric(watched.server, 'connected_clients', { type }, 2);
      const fences = 2 * 2 * 20;
      const sent = Number(await metric(watched.server, 'messages_sent_total', { type })) - sentBefore - fences;
      expect(sent * eventBytes).toBeLessThan(budgetKib * 1_024 + systemBuffersBytes);
      const grown = Number(await metric(watched.server, 'process_resident_memory_bytes')) - memoryBefore;
      expect(grown).toBeLessThan(120 * 2 ** 20);
      await untilMetric(
        watched.server,
        'fedistream_connections_closed_total',
        { reason: 'slow' },
        (count) => count > 0,
      );
      client.resume();
      expect(await client.ended).toMatchObject(ending);
    });

    it('is disconnected by a kill', async () => {
      const client = await closeAfterTest<EventStreamClient | WebSocketClient>(open(watched.viewer));
      client.pause();
      for (let time = 0; time < 5; time++) {
        await watched.publisher.publish(watched.home, event);
      }
      await publishEvent(watched.publisher, `timeline:access_token:${watched.viewer.tokenId}`, 'kill');
      await publishEvent(watched.publisher, watched.home, 'delete', '1');
      await untilMetric(watched.server, 'connected_clients', { type }, 2);
      client.resume();
      expect(await client.ended).toMatchObject({ code: 1000 });
      expect(client.received).toHaveLength(5);
    });

    it('does not delay other clients of the same stream', async () => {
      const slow = await closeAfterTest<EventStreamClient | WebSocketClient>(open(watched.viewer));
      slow.pause();
      const quick = await closeAfterTest<EventStreamClient | WebSocketClient>(open(watched.viewer));
      for (let time = 0; time < 300; time++) {
        await watched.publisher.publish(watched.home, event);
        await quick.next();
      }
      await untilMetric(watched.server, 'connected_clients', { type }, 3);
      slow.resume();
      expect(await slow.ended).toMatchObject(ending);
      await quick.close();
    });
  });

  it('is disconnected when it sends 40 MB of requests that are refused', async () => {
    const connection = await openRawWebSocket(watched.server, watched.viewer.token);
    connection.pause();
    const clients = () => metric(watched.server, 'connected_clients', { type: 'websocket' });
    const request = megabyteOf(clientFrame('{"type":"subscribe","stream":"nothing"}'));
    for (let sent = 0; sent < 40 && (await clients()) === 3; sent++) {
      connection.write(request);
      await watched.others.undisturbed();
    }
    await untilMetric(watched.server, 'connected_clients', { type: 'websocket' }, 2);
    connection.destroy();
  });
});

function megabyteOf(frame: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(2 ** 20 / frame.length) }, () => frame));
}

describe('a client that reads', () => {
  const watched = watchedEnvironment({ env: { OUTPUT_BUDGET_KIB: '64' } });

  it.each([
    [
      'an event stream',
      () => EventStreamClient.open(eventStreamUrl(watched.server, { stream: 'user' }), authorization(watched.viewer)),
    ],
    [
      'a WebSocket',
      () => WebSocketClient.open(webSocketUrl(watched.server, { token: watched.viewer.token, stream: 'user' })),
    ],
  ])('stays connected when a burst exceeds its budget: %s', async (_, open) => {
    const client = await closeAfterTest<EventStreamClient | WebSocketClient>(open());
    const pipeline = watched.publisher.client.pipeline();
    for (let time = 0; time < 100; time++) {
      const payload = { number: time, content: 'x'.repeat(4_000) };
      pipeline.publish(watched.publisher.prefixed(watched.home), JSON.stringify({ event: 'update', payload }));
    }
    await pipeline.exec();
    for (let time = 0; time < 100; time++) {
      expect((await client.next()).payload).toContain(`{"number":${time},`);
    }
    await client.close();
  });
});

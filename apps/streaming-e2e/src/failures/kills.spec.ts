import { describe, expect, it } from 'vitest';

import { closeAfterTest } from '../conformance/close-after-test.js';
import {
  authorization,
  EventStreamClient,
  eventStreamUrl,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  transports,
  until,
  untilMetric,
  TableLock,
  type Viewer,
} from '../support/index.js';
import { quickIntervals } from '../conformance/quick-intervals.js';
import { watchedEnvironment } from './watched-environment.js';

const update = JSON.stringify({ event: 'update', payload: { id: '1', content: 'x'.repeat(2_000) } });
const kill = JSON.stringify({ event: 'kill' });

describe('a kill', () => {
  const watched = watchedEnvironment({
    // Frequent heartbeats hit every race. The large budget keeps slow clients connected.
    env: { ...quickIntervals, OUTPUT_BUDGET_KIB: '65536' },
  });
  const token = () => `timeline:access_token:${watched.viewer.tokenId}`;

  /** Publishes all of them in one write, so that they arrive in one read. */
  const atOnce = async (messages: readonly (readonly [channel: string, text: string])[]) => {
    const pipeline = watched.publisher.client.pipeline();
    for (const [channel, text] of messages) {
      pipeline.publish(watched.publisher.prefixed(channel), text);
    }
    await pipeline.exec();
  };

  it.each(transports)('ends the connection before the events published after it ($name)', async (transport) => {
    const wanted = { token: watched.viewer.token, stream: 'user', channel: watched.home };
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => closeAfterTest(transport.open(watched.server, watched.publisher, wanted))),
    );
    const before = { event: 'delete', payload: '1' };
    await atOnce([
      [watched.home, JSON.stringify(before)],
      [token(), kill],
      ...Array.from({ length: 50 }, () => [watched.home, update] as const),
      [token(), kill],
    ]);
    for (const client of clients) {
      expect(await client.ended).toMatchObject({ code: 1000 });
      expect(client.received).toMatchObject([before]);
    }
  });

  it('ends the event stream of a slow client, with events and heartbeats queued', async () => {
    const open = (viewer: Pick<Viewer, 'token'>) =>
      closeAfterTest(EventStreamClient.open(eventStreamUrl(watched.server, { stream: 'user' }), authorization(viewer)));
    const client = await open(watched.viewer);
    // Every client has had a heartbeat when this one has had two.
    const other = await open(await watched.fixtures.viewer());
    client.pause();
    // More than the socket buffers hold, so that the server still has queued bytes when the kill arrives.
    const megabyte = JSON.stringify({ event: 'update', payload: { content: 'y'.repeat(1_000_000) } });
    await atOnce(Array.from({ length: 20 }, () => [watched.home, megabyte] as const));
    await atOnce([[token(), kill], ...Array.from({ length: 50 }, () => [watched.home, update] as const)]);
    await untilMetric(watched.server, 'connected_clients', { type: 'eventsource' }, 3);
    const heartbeats = other.comments.length;
    await until('two heartbeats', () => other.comments.length > heartbeats + 1);
    // The server waits five seconds for the rest to be read.
    client.resume();
    expect(await client.ended).toMatchObject({ code: 1000 });
    expect(client.received).toHaveLength(20);
    await other.close();
  });

  it('ends connections at once while a status waits for its decision', async () => {
    const author = await watched.fixtures.account();
    const wanted = { token: watched.viewer.token, stream: 'public', channel: 'timeline:public' };
    const clients = await Promise.all(
      transports.map((transport) => closeAfterTest(transport.open(watched.server, watched.publisher, wanted))),
    );
    const lock = await TableLock.take(watched, 'blocks');
    await publishEvent(watched.publisher, 'timeline:public', 'update', statusBy(author));
    await lock.untilBlocked();
    await publishEvent(watched.publisher, `timeline:system:${watched.viewer.account.id}`, 'kill');
    for (const client of clients) {
      expect(await client.ended).toMatchObject({ code: 1000 });
      expect(client.received).toEqual([]);
    }
    await lock.release();
  });

  it.each(['blocks', 'custom_filters'])(
    'differs from filters_changed, which ends no connection while a status waits for %s',
    async (table) => {
      const author = await watched.fixtures.account();
      await watched.fixtures.filter(watched.viewer.account, { keywords: [{ keyword: 'nothing' }] });
      const wanted = { token: watched.viewer.token, stream: 'public:local', channel: 'timeline:public:local' };
      const clients = await Promise.all(
        transports.map((transport) => closeAfterTest(transport.open(watched.server, watched.publisher, wanted))),
      );
      const lock = await TableLock.take(watched, table);
      const status = statusBy(author);
      await publishEvent(watched.publisher, 'timeline:public:local', 'update', status);
      await until('the status waits', async () => (await lock.blockedStatements()) > 0);
      for (let time = 0; time < 10; time++) {
        await publishEvent(watched.publisher, `timeline:system:${watched.viewer.account.id}`, 'filters_changed');
      }
      await lock.release();
      for (const client of clients) {
        const received = await receivedBeforeFence(client, watched.publisher, 'timeline:public:local');
        const ids = received
          .filter(({ event }) => event === 'update')
          .map(({ payload = '' }) => (JSON.parse(payload) as { id: string }).id);
        expect(ids).toEqual([status.id]);
        await client.close();
      }
    },
  );
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openCheckedWorld } from '../conformance/checked-world.js';
import { opened } from '../conformance/opened.js';
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
  type RedisWorld,
  type Viewer,
} from '../support/index.js';
import { Bystanders } from './bystanders.js';
import { quickIntervals } from '../conformance/quick-intervals.js';
import { TableLock } from './table-lock.js';

const update = JSON.stringify({ event: 'update', payload: { id: '1', content: 'x'.repeat(2_000) } });
const kill = JSON.stringify({ event: 'kill' });

describe('a kill', () => {
  let world: RedisWorld;
  let bystanders: Bystanders;
  let viewer: Viewer;
  let home: string;
  let token: string;

  beforeAll(async () => {
    // Heartbeats that come often walk into every window there is; nobody here is cut off for reading slowly.
    world = await openCheckedWorld({ env: { ...quickIntervals, OUTPUT_BUDGET_KIB: '65536' } });
  });

  afterAll(async () => {
    await world.stop();
  });

  beforeEach(async () => {
    viewer = await world.fixtures.viewer();
    home = `timeline:${viewer.account.id}`;
    token = `timeline:access_token:${viewer.tokenId}`;
    bystanders = await Bystanders.open(world);
  });

  afterEach(async () => {
    await bystanders.close();
  });

  /** Publishes all of them in one write, so that they arrive in one piece. */
  const atOnce = async (messages: readonly (readonly [channel: string, text: string])[]) => {
    const pipeline = world.feed.client.pipeline();
    for (const [channel, text] of messages) {
      pipeline.publish(world.feed.prefixed(channel), text);
    }
    await pipeline.exec();
  };

  it.each(transports)('with events right behind it ends the connection where it stands ($name)', async (transport) => {
    const wanted = { token: viewer.token, stream: 'user', channel: home };
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => opened(transport.open(world.server, world.feed, wanted))),
    );
    const before = { event: 'delete', payload: '1' };
    await atOnce([
      [home, JSON.stringify(before)],
      [token, kill],
      ...Array.from({ length: 50 }, () => [home, update] as const),
      [token, kill],
    ]);
    for (const client of clients) {
      expect(await client.ended).toMatchObject({ code: 1000 });
      expect(client.received).toMatchObject([before]);
    }
    await bystanders.undisturbed();
  });

  it('ends an event stream whose reader is slow, with events and heartbeats behind it', async () => {
    const client = await opened(
      EventStreamClient.open(eventStreamUrl(world.server, { stream: 'user' }), authorization(viewer)),
    );
    client.pause();
    // More than the system's buffers hold, so that the server itself has bytes left when the kill comes.
    const megabyte = JSON.stringify({ event: 'update', payload: { content: 'y'.repeat(1_000_000) } });
    await atOnce(Array.from({ length: 20 }, () => [home, megabyte] as const));
    await atOnce([[token, kill], ...Array.from({ length: 50 }, () => [home, update] as const)]);
    await untilMetric(world.server, 'connected_clients', { type: 'eventsource' }, 2);
    await severalHeartbeats();
    client.resume();
    expect(await client.ended).toMatchObject({ code: 1000 });
    expect(client.received).toHaveLength(20);
    await bystanders.undisturbed();
  });

  it('of an account that listens to a status which is still being decided about is heard at once', async () => {
    const author = await world.fixtures.account();
    const wanted = { token: viewer.token, stream: 'public', channel: 'timeline:public' };
    const clients = await Promise.all(
      transports.map((transport) => opened(transport.open(world.server, world.feed, wanted))),
    );
    const lock = await TableLock.take(world, 'blocks');
    await publishEvent(world.feed, 'timeline:public', 'update', statusBy(author));
    await lock.awaited();
    await publishEvent(world.feed, `timeline:system:${viewer.account.id}`, 'kill');
    for (const client of clients) {
      expect(await client.ended).toMatchObject({ code: 1000 });
      expect(client.received).toEqual([]);
    }
    await lock.release();
    await bystanders.undisturbed();
  });

  it.each(['blocks', 'custom_filters'])(
    'is no kill: filters that change while a status waits for %s end nobody, and the status arrives',
    async (table) => {
      const author = await world.fixtures.account();
      await world.fixtures.filter(viewer.account, { keywords: [{ keyword: 'nothing' }] });
      const wanted = { token: viewer.token, stream: 'public:local', channel: 'timeline:public:local' };
      const clients = await Promise.all(
        transports.map((transport) => opened(transport.open(world.server, world.feed, wanted))),
      );
      const lock = await TableLock.take(world, table);
      const status = statusBy(author);
      await publishEvent(world.feed, 'timeline:public:local', 'update', status);
      await until('the status waits', async () => (await lock.waiting()) > 0);
      for (let time = 0; time < 10; time++) {
        await publishEvent(world.feed, `timeline:system:${viewer.account.id}`, 'filters_changed');
      }
      await lock.release();
      for (const client of clients) {
        const received = await receivedBeforeFence(client, world.feed, 'timeline:public:local');
        const ids = received
          .filter(({ event }) => event === 'update')
          .map(({ payload = '' }) => (JSON.parse(payload) as { id: string }).id);
        expect(ids).toEqual([status.id]);
      }
      await bystanders.undisturbed();
    },
  );

  /** Settles when a client has had its heartbeat several times: all others had theirs. */
  async function severalHeartbeats(): Promise<void> {
    const { token: other } = await world.fixtures.viewer();
    const url = eventStreamUrl(world.server, { stream: 'user' });
    const client = await opened(EventStreamClient.open(url, authorization({ token: other })));
    await until('several heartbeats', () => client.comments.length > 4);
  }
});

import { afterEach, describe, expect, it, type TestContext } from 'vitest';

import { openCheckedWorld } from '../conformance/checked-world.js';
import {
  ask,
  authorization,
  eventStream,
  listening,
  metric,
  ownRedis,
  publishEvent,
  RawConnection,
  receivedBeforeFence,
  streamingPath,
  transports,
  until,
  untilMetric,
  webSocket,
  WebSocketClient,
  type RedisWorld,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { expectUnavailable } from './unavailable.js';

const tokenChannel = ({ tokenId }: Viewer) => `timeline:access_token:${tokenId}`;

describe('when Redis', () => {
  const atEnd: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) {
      await end();
    }
  });

  /** A world on a Redis of its own, with a viewer who is connected over each transport. */
  async function connected(test: TestContext) {
    const redis = await ownRedis(test);
    atEnd.push(() => redis.stop());
    const world = await openCheckedWorld({ redisUrl: redis.url });
    atEnd.push(() => world.stop());
    const viewer = await world.fixtures.viewer();
    const home = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const clients = await Promise.all(transports.map((transport) => transport.open(world.server, world.feed, home)));
    atEnd.push(() => Promise.all(clients.map((client) => client.close())));
    return { redis, world, viewer, home, clients };
  }

  /** Proves that events reach everybody again, kills are heard, newcomers are let in, and presence keys are there. */
  async function expectRecovered(world: RedisWorld, home: { channel: string; token: string }, clients: StreamClient[]) {
    const { server, feed, fixtures } = world;
    await untilMetric(server, 'fedistream_broker_up', {}, 1);
    for (const client of clients) {
      await listening(client, feed, home.channel);
    }
    await publishEvent(feed, home.channel, 'delete', '1');
    for (const client of clients) {
      const received = await receivedBeforeFence(client, feed, home.channel);
      // The others' fences stand among them; the delete does once.
      expect(received.filter(({ event }) => event === 'delete').map(({ payload }) => payload)).toEqual(['1']);
    }
    const key = feed.prefixed(`subscribed:${home.channel}`);
    await until('the presence key is back', async () => (await feed.client.ttl(key)) > 1_000);
    const other = await fixtures.viewer();
    const wanted = { token: other.token, stream: 'user', channel: `timeline:${other.account.id}` };
    for (const transport of [eventStream, webSocket]) {
      const client = await transport.open(server, feed, wanted);
      await publishEvent(feed, tokenChannel(other), 'kill');
      expect(await client.ended).toMatchObject({ code: 1000 });
    }
  }

  it('ends the server’s connections, all goes on by itself', async (test) => {
    const { world, home, clients } = await connected(test);
    const { client } = world.feed;
    for (let time = 1; time <= 3; time++) {
      await client.del(world.feed.prefixed(`subscribed:${home.channel}`));
      const list = String(await client.client('LIST'));
      const ids = [...list.matchAll(/^id=(\d+) .* name=fedistream/gm)].map(([, id]) => String(id));
      expect(ids).toHaveLength(2);
      for (const id of ids) {
        await client.client('KILL', 'ID', id);
      }
      await expectRecovered(world, home, clients);
      expect(await metric(world.server, 'fedistream_redis_connections_lost_total')).toBe(time);
    }
  });

  it('is restarted, all goes on by itself, although it has forgotten everything', async (test) => {
    const { redis, world, home, clients } = await connected(test);
    for (let time = 1; time <= 2; time++) {
      await redis.control.stop();
      await untilMetric(world.server, 'fedistream_broker_up', {}, 0);
      await redis.control.start();
      await expectRecovered(world, home, clients);
    }
  });

  it('is down, everybody stays and newcomers are told to come back', async (test) => {
    const { redis, world, home, viewer, clients } = await connected(test);
    const { server, feed } = world;
    const url = server.url(streamingPath, 'ws');
    const socket = await WebSocketClient.open(url, { headers: authorization(viewer) });
    const leaver = await eventStream.open(server, feed, home);
    await redis.control.stop();
    await untilMetric(server, 'fedistream_broker_up', {}, 0);
    await expectUnavailable(eventStream.open(server, feed, home));
    await expectUnavailable(webSocket.open(server, feed, home));
    await expectUnavailable(WebSocketClient.open(url, { headers: authorization(viewer) }));
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(server.url(`${streamingPath}/user`), { method, headers: authorization(viewer) });
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) as unknown } });
    }
    expect((await ask(server.url(`${streamingPath}/health`))).status).toBe(200);
    // Who is connected may subscribe and leave: it holds when Redis is back.
    socket.subscribe('direct');
    socket.subscribe('public');
    socket.unsubscribe('public');
    await socket.ping();
    await leaver.close();
    await untilMetric(server, 'connected_clients', { type: 'eventsource' }, 1);
    expect(socket.errors).toEqual([]);
    await redis.control.start();
    await expectRecovered(world, home, clients);
    await listening(socket, feed, `timeline:direct:${viewer.account.id}`);
    await feed.subscribers('timeline:public', 0);
    await socket.close();
  });

  it('was away, a kill that nobody heard is made up for', async (test) => {
    const { redis, world, home, clients } = await connected(test);
    const { server, feed, fixtures } = world;
    const gone = await fixtures.viewer();
    const wanted = { token: gone.token, stream: 'user', channel: `timeline:${gone.account.id}` };
    const ending = await Promise.all(transports.map((transport) => transport.open(server, feed, wanted)));
    await redis.control.stop();
    await untilMetric(server, 'fedistream_broker_up', {}, 0);
    await fixtures.sql("UPDATE oauth_access_tokens SET revoked_at = '2026-01-01' WHERE id = $1", [gone.tokenId]);
    await redis.control.start();
    for (const client of ending) {
      expect(await client.ended).toMatchObject({ code: 1000 });
    }
    await expectRecovered(world, home, clients);
  });

  it('is slow, an event stream greets only when nothing will be missed any more', async (test) => {
    const { redis, world, home, viewer, clients } = await connected(test);
    const { server, feed } = world;
    await redis.control.suspend();
    const connection = await RawConnection.open(server.port);
    connection.write(`GET ${streamingPath}/direct HTTP/1.1\r\nHost: x\r\nAuthorization: ${viewer.token}\r\n\r\n`);
    await untilMetric(server, 'redis_subscriptions', {}, 3);
    expect(connection.bytes).toHaveLength(0);
    await redis.control.resume();
    await connection.read(':)\n');
    const channel = `timeline:direct:${viewer.account.id}`;
    expect(await feed.client.publish(feed.prefixed(channel), '{"event":"delete","payload":"1"}')).toBe(1);
    await connection.read('data: 1\n');
    connection.destroy();
    await expectRecovered(world, home, clients);
  });

  it('does not confirm a subscription in time, who waits is told to come back, and holds nothing', async (test) => {
    const { redis, world, home, viewer, clients } = await connected(test);
    const { server, feed } = world;
    await redis.control.suspend();
    const direct = { token: viewer.token, stream: 'direct', channel: 'unused' };
    await Promise.all([
      expectUnavailable(eventStream.open(server, feed, direct)),
      expectUnavailable(webSocket.open(server, feed, direct)),
    ]);
    expect(await metric(server, 'redis_subscriptions')).toBe(2);
    await redis.control.resume();
    await feed.subscribers(`timeline:direct:${viewer.account.id}`, 0);
    await expectRecovered(world, home, clients);
  });
});

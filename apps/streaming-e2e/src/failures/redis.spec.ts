import { afterEach, describe, expect, it, type TestContext } from 'vitest';

import { openCheckedEnvironment } from '../conformance/checked-environment.js';
import {
  httpRequest,
  authorization,
  eventStream,
  untilSubscribed,
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
  type RedisTestEnvironment,
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

  /** A test environment with its own Redis, and a viewer connected over each transport. */
  async function connected(test: TestContext) {
    const redis = await ownRedis(test);
    atEnd.push(() => redis.stop());
    const environment = await openCheckedEnvironment({ redisUrl: redis.url });
    atEnd.push(() => environment.stop());
    const viewer = await environment.fixtures.viewer();
    const home = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const clients = await Promise.all(
      transports.map((transport) => transport.open(environment.server, environment.publisher, home)),
    );
    atEnd.push(() => Promise.all(clients.map((client) => client.close())));
    return { redis, environment, viewer, home, clients };
  }

  /** Expects that events and kills arrive again, new clients are accepted, and presence keys exist. */
  async function expectRecovered(
    environment: RedisTestEnvironment,
    home: { channel: string; token: string },
    clients: StreamClient[],
  ) {
    const { server, publisher, fixtures } = environment;
    await untilMetric(server, 'fedistream_broker_up', {}, 1);
    for (const client of clients) {
      await untilSubscribed(client, publisher, home.channel);
    }
    await publishEvent(publisher, home.channel, 'delete', '1');
    for (const client of clients) {
      const received = await receivedBeforeFence(client, publisher, home.channel);
      // The fences of other clients are among them. The delete must be there once.
      expect(received.filter(({ event }) => event === 'delete').map(({ payload }) => payload)).toEqual(['1']);
    }
    const key = publisher.prefixed(`subscribed:${home.channel}`);
    await until('the presence key is back', async () => (await publisher.client.ttl(key)) > 1_000);
    const other = await fixtures.viewer();
    const wanted = { token: other.token, stream: 'user', channel: `timeline:${other.account.id}` };
    for (const transport of [eventStream, webSocket]) {
      const client = await transport.open(server, publisher, wanted);
      await publishEvent(publisher, tokenChannel(other), 'kill');
      expect(await client.ended).toMatchObject({ code: 1000 });
    }
  }

  it('ends the server’s connections, delivery resumes without restart', async (test) => {
    const { environment, home, clients } = await connected(test);
    const { client } = environment.publisher;
    for (let time = 1; time <= 3; time++) {
      await client.del(environment.publisher.prefixed(`subscribed:${home.channel}`));
      const list = String(await client.client('LIST'));
      const ids = [...list.matchAll(/^id=(\d+) .* name=fedistream/gm)].map(([, id]) => String(id));
      expect(ids).toHaveLength(2);
      for (const id of ids) {
        await client.client('KILL', 'ID', id);
      }
      await expectRecovered(environment, home, clients);
      await untilMetric(environment.server, 'fedistream_redis_connections_lost_total', {}, time);
    }
  });

  it('is restarted without its data, delivery resumes without restart', async (test) => {
    const { redis, environment, home, clients } = await connected(test);
    for (let time = 1; time <= 2; time++) {
      await redis.control.stop();
      await untilMetric(environment.server, 'fedistream_broker_up', {}, 0);
      await redis.control.start();
      await expectRecovered(environment, home, clients);
    }
  });

  it('is down, connected clients stay and new ones receive 503', async (test) => {
    const { redis, environment, home, viewer, clients } = await connected(test);
    const { server, publisher } = environment;
    const url = server.url(streamingPath, 'ws');
    const socket = await WebSocketClient.open(url, { headers: authorization(viewer) });
    const leaver = await eventStream.open(server, publisher, home);
    await redis.control.stop();
    await untilMetric(server, 'fedistream_broker_up', {}, 0);
    await expectUnavailable(eventStream.open(server, publisher, home));
    await expectUnavailable(webSocket.open(server, publisher, home));
    await expectUnavailable(WebSocketClient.open(url, { headers: authorization(viewer) }));
    for (const method of ['GET', 'HEAD']) {
      const answer = await httpRequest(server.url(`${streamingPath}/user`), { method, headers: authorization(viewer) });
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) as unknown } });
    }
    expect((await httpRequest(server.url(`${streamingPath}/health`))).status).toBe(200);
    // Connected clients may subscribe and unsubscribe. Both take effect when Redis is back.
    socket.subscribe('direct');
    socket.subscribe('public');
    socket.unsubscribe('public');
    await socket.ping();
    await leaver.close();
    await untilMetric(server, 'connected_clients', { type: 'eventsource' }, 1);
    expect(socket.errors).toEqual([]);
    await redis.control.start();
    await expectRecovered(environment, home, clients);
    await untilSubscribed(socket, publisher, `timeline:direct:${viewer.account.id}`);
    await publisher.subscribers('timeline:public', 0);
    await socket.close();
  });

  it('is back, connections of tokens killed meanwhile end', async (test) => {
    const { redis, environment, home, clients } = await connected(test);
    const { server, publisher, fixtures } = environment;
    const gone = await fixtures.viewer();
    const wanted = { token: gone.token, stream: 'user', channel: `timeline:${gone.account.id}` };
    const ending = await Promise.all(transports.map((transport) => transport.open(server, publisher, wanted)));
    await redis.control.stop();
    await untilMetric(server, 'fedistream_broker_up', {}, 0);
    await fixtures.sql("UPDATE oauth_access_tokens SET revoked_at = '2026-01-01' WHERE id = $1", [gone.tokenId]);
    await redis.control.start();
    for (const client of ending) {
      expect(await client.ended).toMatchObject({ code: 1000 });
    }
    await expectRecovered(environment, home, clients);
  });

  it('is slow, an event stream sends its greeting only after its channels are subscribed', async (test) => {
    const { redis, environment, home, viewer, clients } = await connected(test);
    const { server, publisher } = environment;
    await redis.control.suspend();
    const connection = await RawConnection.open(server.port);
    connection.write(`GET ${streamingPath}/direct HTTP/1.1\r\nHost: x\r\nAuthorization: ${viewer.token}\r\n\r\n`);
    await untilMetric(server, 'redis_subscriptions', {}, 3);
    expect(connection.bytes).toHaveLength(0);
    await redis.control.resume();
    await connection.read(':)\n');
    const channel = `timeline:direct:${viewer.account.id}`;
    expect(await publisher.client.publish(publisher.prefixed(channel), '{"event":"delete","payload":"1"}')).toBe(1);
    await connection.read('data: 1\n');
    connection.destroy();
    await expectRecovered(environment, home, clients);
  });

  it('does not confirm a subscription in time, the client receives 503 and leaves no state', async (test) => {
    const { redis, environment, home, viewer, clients } = await connected(test);
    const { server, publisher } = environment;
    await redis.control.suspend();
    const direct = { token: viewer.token, stream: 'direct', channel: 'unused' };
    await Promise.all([
      expectUnavailable(eventStream.open(server, publisher, direct)),
      expectUnavailable(webSocket.open(server, publisher, direct)),
    ]);
    await untilMetric(server, 'redis_subscriptions', {}, 2);
    await redis.control.resume();
    await publisher.subscribers(`timeline:direct:${viewer.account.id}`, 0);
    await expectRecovered(environment, home, clients);
  });
});

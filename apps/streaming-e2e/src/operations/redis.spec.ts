import { startSentinel } from '@fedistream/services';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';

import {
  eventStream,
  untilSubscribed,
  openTestEnvironment,
  ownRedis,
  publishEvent,
  receivedBeforeFence,
  RedisPublisher,
  Server,
  until,
  untilMetric,
  untilReplicated,
  untilSentinelKnowsReplica,
  type Publisher,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';

/** How long a Sentinel may take to promote a replica. After a delay of 2 s it pauses for 30 s (tilt mode). */
const failoverMs = 60_000;

const atEnd: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) {
    await end();
  }
});

describe('a server reaches Redis', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  let channel: string;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    viewer = await environment.fixtures.viewer();
    channel = `timeline:${viewer.account.id}`;
  });

  afterAll(async () => {
    await environment.stop();
  });

  async function start(env: Readonly<Record<string, string>>): Promise<Server> {
    const server = await Server.start({ DATABASE_URL: environment.env['DATABASE_URL'] ?? '', ...env });
    atEnd.push(() => server.stop());
    return server;
  }

  async function openOn(server: Server, publisher: Publisher) {
    await untilMetric(server, 'fedistream_broker_up', {}, 1);
    const client = await eventStream.open(server, publisher, { token: viewer.token, stream: 'user', channel });
    atEnd.push(() => client.close());
    return client;
  }

  /** Publishes through a connection of the test. */
  function publisherOn(client: Redis): Publisher {
    client.on('error', () => {
      // A test stops its server.
    });
    atEnd.push(() => {
      client.disconnect();
    });
    return {
      name: 'redis',
      publish: async (name, text) => {
        await client.publish(name, text);
      },
      close: () => Promise.resolve(),
    };
  }

  /** A Sentinel that accepts connections and never answers. */
  async function silentSentinel(): Promise<{ readonly port: number; readonly connections: readonly Socket[] }> {
    const connections: Socket[] = [];
    const listener = createServer((socket) => {
      socket.on('error', () => {
        // The other side gives up.
      });
      connections.push(socket);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    atEnd.push(() => {
      listener.close();
      connections.forEach((socket) => socket.destroy());
    });
    return { port: (listener.address() as AddressInfo).port, connections };
  }

  it('in a namespace, and shares it with servers in other namespaces', async () => {
    const other = new RedisPublisher(inject('redisUrl'), `${environment.env['REDIS_NAMESPACE'] ?? ''}-other`);
    atEnd.push(() => other.close());
    const server = await start({ ...environment.env, REDIS_NAMESPACE: other.prefixed('').slice(0, -1) });
    const [mine, theirs] = [await openOn(environment.server, environment.publisher), await openOn(server, other)];
    await publishEvent(environment.publisher, channel, 'delete', '1');
    await publishEvent(other, channel, 'delete', '2');
    expect(await receivedBeforeFence(mine, environment.publisher, channel)).toMatchObject([{ payload: '1' }]);
    expect(await receivedBeforeFence(theirs, other, channel)).toMatchObject([{ payload: '2' }]);
    for (const publisher of [environment.publisher, other]) {
      expect(await publisher.client.get(publisher.prefixed(`subscribed:${channel}`))).toBe('1');
    }
    expect(await environment.publisher.client.exists(`subscribed:${channel}`)).toBe(0);
  });

  it('by REDIS_HOST, REDIS_PORT, REDIS_PASSWORD and REDIS_DB, the database of the presence keys', async (test) => {
    const password = 'correct horse/battery:staple@';
    const redis = await ownRedis(test, { password });
    atEnd.push(() => redis.stop());
    const server = await start({
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
      REDIS_PASSWORD: password,
      REDIS_DB: '3',
    });
    const connection = new Redis({ port: redis.port, password, db: 3 });
    const publisher = publisherOn(connection);
    const client = await openOn(server, publisher);
    await publishEvent(publisher, channel, 'delete', '1');
    expect(await receivedBeforeFence(client, publisher, channel)).toMatchObject([{ payload: '1' }]);
    expect(await connection.exists(`subscribed:${channel}`)).toBe(1);
    expect(server.outputSoFar).not.toContain(password);
  });

  it('by REDIS_URL with a password, and logs failures without the password', async (test) => {
    const redis = await ownRedis(test, { password: 'hunter2' });
    atEnd.push(() => redis.stop());
    const refused = await start({ REDIS_URL: redis.url.replace('hunter2', 'hunter3') });
    await refused.logged(({ msg }) => /WRONGPASS|NOAUTH/.test(String(msg)));
    await untilMetric(refused, 'fedistream_broker_up', {}, 0);
    expect(refused.outputSoFar).not.toContain('hunter');
    const server = await start({ REDIS_URL: redis.url });
    const publisher = publisherOn(new Redis(redis.url));
    const client = await openOn(server, publisher);
    expect(await receivedBeforeFence(client, publisher, channel)).toEqual([]);
  });

  it('by REDIS_URL over a Unix socket', async (test) => {
    const directory = await mkdtemp(join(tmpdir(), 'fedistream-redis-'));
    atEnd.push(() => rm(directory, { recursive: true }));
    const path = join(directory, 'redis.sock');
    const redis = await ownRedis(test, { from: ['system', 'debian'], args: ['--unixsocket', path] });
    atEnd.push(() => redis.stop());
    const server = await start({ REDIS_URL: `unix://${path}` });
    const publisher = publisherOn(new Redis(path));
    const client = await openOn(server, publisher);
    expect(await receivedBeforeFence(client, publisher, channel)).toEqual([]);
  });

  it('over TLS with a private CA and a client certificate, and not without them', async (test) => {
    const redis = await ownRedis(test, { tls: true });
    atEnd.push(() => redis.stop());
    const { certFile = '', keyFile = '' } = redis.certificate ?? {};
    expect(redis.url).toMatch(/^rediss:/);
    const stranger = await start({ REDIS_URL: redis.url });
    await stranger.logged(({ msg }) => /certificate/i.test(String(msg)));
    await untilMetric(stranger, 'fedistream_broker_up', {}, 0);

    const server = await start({
      REDIS_URL: redis.url,
      REDIS_TLS_CA_FILE: certFile,
      REDIS_TLS_CERT_FILE: certFile,
      REDIS_TLS_KEY_FILE: keyFile,
    });
    const [ca, key] = [await readFile(certFile), await readFile(keyFile)];
    const publisher = publisherOn(new Redis(redis.url, { tls: { ca, cert: ca, key } }));
    const client = await openOn(server, publisher);
    await publishEvent(publisher, channel, 'delete', '1');
    expect(await receivedBeforeFence(client, publisher, channel)).toMatchObject([{ payload: '1' }]);
  });

  it('through a Sentinel, and follows a failover without losing its clients', async (test) => {
    const from = ['system', 'debian'] as const;
    const master = await ownRedis(test, { from, args: ['--repl-diskless-sync-delay', '0'] });
    atEnd.push(() => master.stop());
    const replica = await ownRedis(test, { from, args: ['--replicaof', '127.0.0.1', String(master.port)] });
    atEnd.push(() => replica.stop());
    const after = new Redis({ port: replica.port });
    const publisher = publisherOn(after);
    await untilReplicated(after);
    const sentinel = await startSentinel(master, { from, progress: () => undefined });
    atEnd.push(() => sentinel.stop());
    // The server waits for this one's answer, for seconds, at the moment when the other one announces the new master.
    const silent = await silentSentinel();
    const server = await start({
      REDIS_SENTINELS: `127.0.0.1, 127.0.0.1:${silent.port}`,
      REDIS_SENTINEL_PORT: String(sentinel.port),
      REDIS_SENTINEL_MASTER: 'mymaster',
    });
    const before = publisherOn(new Redis({ port: master.port }));
    const client = await openOn(server, before);
    await publishEvent(before, channel, 'delete', '1');
    expect(await receivedBeforeFence(client, before, channel)).toMatchObject([{ payload: '1' }]);
    const asked = new Redis({ port: sentinel.port });
    atEnd.push(() => {
      asked.disconnect();
    });
    await untilSentinelKnowsReplica(asked);

    process.kill(master.pid!, 'SIGKILL');
    await until(
      'the server subscribes at the new master',
      async () => {
        const [, count] = (await after.pubsub('NUMSUB', channel)) as [string, number];
        return count === 1;
      },
      failoverMs,
    );
    expect(silent.connections.length).toBeGreaterThan(0);
    // It may have been there before the Sentinel announced it, and then connects once more.
    await untilSubscribed(client, publisher, channel);
    await until('the presence key is there', async () => (await after.exists(`subscribed:${channel}`)) === 1);
  }, 120_000);
});

import { startSentinel, type SentinelOptions, type RedisOptions, type StartedRedis } from '@fedistream/services';
import { Redis } from 'ioredis';
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';

import {
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
  untilSubscribed,
  webSocket,
  type TestEnvironment,
} from '../support/index.js';
import { expectDelivery } from './delivery.js';
import { everyRow, rowsOfThisRun, type FieldRow } from './row.js';

/** How to start a Redis and its Sentinel. */
interface Servers {
  readonly redis?: RedisOptions | undefined;
  readonly sentinel?: SentinelOptions | undefined;
}

interface SentinelRow extends FieldRow, Servers {
  readonly env: (redis: StartedRedis) => Readonly<Record<string, string>>;
  /** A setting without which the server cannot reach the Sentinel. */
  readonly needed: string;
}

const secret = 'sentinel-secret';

/** How long a Sentinel may take to promote a replica. After a delay of 2 s it pauses for 30 s (tilt mode). */
const failoverMs = 60_000;

const rows: readonly SentinelRow[] = [
  {
    name: 'the password of Redis, by REDIS_PASSWORD for both',
    redis: { password: secret },
    sentinel: { password: secret },
    env: () => ({ REDIS_PASSWORD: secret }),
    needed: 'REDIS_PASSWORD',
  },
  {
    name: 'a password of their own, by REDIS_SENTINEL_PASSWORD',
    sentinel: { password: secret },
    env: () => ({ REDIS_SENTINEL_PASSWORD: secret }),
    needed: 'REDIS_SENTINEL_PASSWORD',
    onlyInLongForm: true,
  },
  {
    name: 'TLS, as their Redis does, by REDIS_SENTINEL_TLS',
    redis: { tls: true },
    env: ({ certificate: { certFile = '', keyFile = '' } = {} }) => ({
      REDIS_SENTINEL_TLS: 'true',
      REDIS_TLS_CA_FILE: certFile,
      REDIS_TLS_CERT_FILE: certFile,
      REDIS_TLS_KEY_FILE: keyFile,
    }),
    needed: 'REDIS_SENTINEL_TLS',
    onlyInLongForm: true,
  },
  {
    name: 'TLS and a password',
    redis: { tls: true, password: secret },
    sentinel: { password: secret },
    env: ({ certificate: { certFile = '', keyFile = '' } = {} }) => ({
      REDIS_PASSWORD: secret,
      REDIS_SENTINEL_TLS: 'true',
      REDIS_TLS_CA_FILE: certFile,
      REDIS_TLS_CERT_FILE: certFile,
      REDIS_TLS_KEY_FILE: keyFile,
    }),
    needed: 'REDIS_SENTINEL_TLS',
    onlyInLongForm: true,
  },
];

describe('Sentinels that ask for', () => {
  const from = ['system', 'debian'] as const;
  const atEnd: (() => unknown)[] = [];
  let environment: TestEnvironment;

  beforeAll(async () => {
    environment = await openTestEnvironment({ broker: 'memory' });
  });

  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) {
      await end();
    }
  });

  afterAll(async () => {
    await environment.stop();
  });

  async function start(env: Readonly<Record<string, string>>): Promise<Server> {
    const server = await Server.start({ DATABASE_URL: environment.env['DATABASE_URL'] ?? '', ...env });
    atEnd.push(() => server.stop());
    return server;
  }

  async function startBoth(test: TestContext, { redis: options, sentinel: sentinelOptions }: Servers) {
    const redis = await ownRedis(test, { from, ...options });
    atEnd.push(() => redis.stop());
    const sentinel = await startSentinel(redis, { from, progress: () => undefined, ...sentinelOptions });
    atEnd.push(() => sentinel.stop());
    return { redis, settings: { REDIS_SENTINELS: `127.0.0.1:${sentinel.port}`, REDIS_SENTINEL_MASTER: 'mymaster' } };
  }

  it.for(rowsOfThisRun(rows))('$name lead to their Redis', async ({ redis: options, sentinel, env }, test) => {
    const { redis, settings } = await startBoth(test, { redis: options, sentinel });
    const server = await start({ ...settings, ...env(redis) });
    await untilMetric(server, 'fedistream_broker_up', {}, 1);
    const publisher = new RedisPublisher(redis.url, undefined, await tlsOf(redis));
    atEnd.push(() => publisher.close());
    await expectDelivery(server, publisher, await environment.fixtures.viewer());
    expect(server.outputSoFar).not.toContain(secret);
  });

  it.runIf(everyRow)(
    'TLS and a password promote a replica that does, too: the server stays up, and events continue',
    async (test) => {
      const args = ['--masterauth', secret, '--tls-replication', 'yes', '--repl-diskless-sync-delay', '0'];
      const master = await ownRedis(test, { from, password: secret, tls: true, args });
      atEnd.push(() => master.stop());
      const { certificate = expect.fail('a Redis without certificate') } = master;
      const ofReplica = ['--replicaof', '127.0.0.1', String(master.port)];
      const replica = await ownRedis(test, { from, password: secret, tls: certificate, args: [...args, ...ofReplica] });
      atEnd.push(() => replica.stop());
      const tls = await tlsOf(master);
      const [before, after] = [master, replica].map(({ url }) => new RedisPublisher(url, undefined, tls));
      atEnd.push(
        () => before?.close(),
        () => after?.close(),
      );
      await untilReplicated((after ?? expect.fail()).client);
      const sentinel = await startSentinel(master, { from, progress: () => undefined, password: secret });
      atEnd.push(() => sentinel.stop());
      const asked = new Redis({ port: sentinel.port, password: secret, tls: { ...tls } });
      atEnd.push(() => {
        asked.disconnect();
      });
      await untilSentinelKnowsReplica(asked);
      const server = await start({
        REDIS_SENTINELS: `127.0.0.1:${sentinel.port}`,
        REDIS_SENTINEL_MASTER: 'mymaster',
        REDIS_PASSWORD: secret,
        REDIS_SENTINEL_TLS: 'true',
        REDIS_TLS_CA_FILE: certificate.certFile,
        REDIS_TLS_CERT_FILE: certificate.certFile,
        REDIS_TLS_KEY_FILE: certificate.keyFile,
      });
      await untilMetric(server, 'fedistream_broker_up', {}, 1);
      const viewer = await environment.fixtures.viewer();
      const [old, promoted] = [before ?? expect.fail(), after ?? expect.fail()];
      const stream = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
      const client = await webSocket.open(server, old, stream);
      expect(await receivedBeforeFence(client, old, stream.channel)).toEqual([]);

      process.kill(master.pid ?? expect.fail('no process'), 'SIGKILL');
      await until(
        'the server subscribes at the new master',
        async () => {
          const [, count] = (await promoted.client.pubsub('NUMSUB', stream.channel)) as [string, number];
          return count === 1;
        },
        failoverMs,
      );
      await untilSubscribed(client, promoted, stream.channel);
      await publishEvent(promoted, stream.channel, 'delete', '2');
      expect(await receivedBeforeFence(client, promoted, stream.channel)).toMatchObject([{ payload: '2' }]);
      await untilMetric(server, 'fedistream_presence_failing', {}, 0);
      await expectDelivery(server, promoted, viewer);
      expect(server.outputSoFar).not.toContain(secret);
      await client.close();
    },
    failoverMs * 2,
  );

  it.runIf(everyRow).for(rows)('$name refuse a server without $needed, whose log says so', async (row, test) => {
    const { redis, settings } = await startBoth(test, row);
    const others = Object.entries(row.env(redis)).filter(([name]) => name !== row.needed);
    const server = await start({ ...settings, ...Object.fromEntries(others) });
    await server.logged(({ level, msg }) => Number(level) >= 40 && /sentinel/i.test(String(msg)));
    await untilMetric(server, 'fedistream_broker_up', {}, 0);
  });
});

async function tlsOf({ certificate }: StartedRedis): Promise<ConnectionOptions | undefined> {
  if (certificate === undefined) {
    return undefined;
  }
  const cert = await readFile(certificate.certFile);
  return { ca: cert, cert, key: await readFile(certificate.keyFile) };
}

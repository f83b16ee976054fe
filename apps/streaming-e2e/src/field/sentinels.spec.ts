import { startSentinel, type SentinelOptions, type RedisOptions, type StartedRedis } from '@fedistream/services';
import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  openTestEnvironment,
  ownRedis,
  RedisPublisher,
  Server,
  untilMetric,
  type TestEnvironment,
} from '../support/index.js';
import { expectDelivery } from './delivery.js';
import { rowsOfThisRun, type FieldRow } from './row.js';

interface SentinelRow extends FieldRow {
  readonly redis?: RedisOptions;
  readonly sentinel?: SentinelOptions;
  readonly env: (redis: StartedRedis) => Readonly<Record<string, string>>;
  /** A setting without which the server cannot reach the Sentinel. */
  readonly needed: string;
}

const secret = 'sentinel-secret';

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

  it.for(rowsOfThisRun(rows))('$name lead to their Redis, and not without the setting', async (row, test) => {
    const redis = await ownRedis(test, { from, ...row.redis });
    atEnd.push(() => redis.stop());
    const sentinel = await startSentinel(redis, { from, progress: () => undefined, ...row.sentinel });
    atEnd.push(() => sentinel.stop());
    const others = Object.entries(row.env(redis)).filter(([name]) => name !== row.needed);
    const sentinels = { REDIS_SENTINELS: `127.0.0.1:${sentinel.port}` };
    const refused = await start({ ...sentinels, ...Object.fromEntries(others) });
    await refused.logged(({ level, msg }) => Number(level) >= 40 && /sentinel/i.test(String(msg)));

    const server = await start({ ...sentinels, ...row.env(redis) });
    await untilMetric(server, 'fedistream_broker_up', {}, 1);
    await untilMetric(refused, 'fedistream_broker_up', {}, 0);
    const publisher = new RedisPublisher(redis.url, undefined, await tlsOf(redis));
    atEnd.push(() => publisher.close());
    await expectDelivery(server, publisher, await environment.fixtures.viewer());
    expect(server.output + refused.output).not.toContain(secret);
  });
});

async function tlsOf({ certificate }: StartedRedis): Promise<ConnectionOptions | undefined> {
  if (certificate === undefined) {
    return undefined;
  }
  const cert = await readFile(certificate.certFile);
  return { ca: cert, cert, key: await readFile(certificate.keyFile) };
}

import { Redis } from 'ioredis';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openRedis, startRedis, type StartedRedis } from './redis.js';
import { startSentinel } from './sentinel.js';

const silent = () => undefined;

describe('startRedis', () => {
  let redis: StartedRedis;
  let client: Redis;

  beforeAll(async () => {
    redis = await startRedis({ progress: silent });
    client = new Redis(redis.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', silent);
  });

  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('returns the URL of the server that it started', async () => {
    expect(await client.info('server')).toContain(`process_id:${redis.pid!}`);
  });

  it('stops and starts again on the same port, without data', async () => {
    await client.set('seen', '1');
    await redis.control.stop();
    expect(redis.pid).toBeUndefined();
    await redis.control.start();
    expect(await client.get('seen')).toBeNull();
  });

  it('does not answer while it is suspended, and answers waiting commands afterwards', async () => {
    await redis.control.suspend();
    const withTimeout = new Redis(redis.url, {
      retryStrategy: () => null,
      commandTimeout: 50,
      enableReadyCheck: false,
    });
    withTimeout.on('error', silent);
    await expect(withTimeout.ping()).rejects.toThrow();
    withTimeout.disconnect();
    const late = client.ping();
    await redis.control.resume();
    expect(await late).toBe('PONG');
  });

  it('accepts no connection after stop, which may be called twice', async () => {
    const other = await startRedis({ progress: silent });
    await other.stop();
    await other.stop();
    const refused = new Redis(other.url, { retryStrategy: () => null, lazyConnect: true });
    refused.on('error', silent);
    await expect(refused.connect()).rejects.toThrow();
  });

  it('starts several servers on different ports', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => startRedis({ progress: silent })));
    expect(new Set(servers.map(({ port }) => port)).size).toBe(3);
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('is not called by openRedis when REDIS_URL is set', async () => {
    const before = process.env['REDIS_URL'];
    process.env['REDIS_URL'] = 'redis://given.example';
    try {
      const given = await openRedis({ progress: silent });
      expect(given.url).toBe('redis://given.example');
      expect(given.control).toBeUndefined();
    } finally {
      if (before === undefined) {
        delete process.env['REDIS_URL'];
      } else {
        process.env['REDIS_URL'] = before;
      }
    }
  });
});

describe('startRedis with access control', () => {
  it('requires the password of its URL', async () => {
    const redis = await startRedis({ progress: silent, password: 'p@ss word' });
    const admitted = new Redis(redis.url);
    expect(await admitted.ping()).toBe('PONG');
    admitted.disconnect();
    const refused = new Redis(redis.port, { retryStrategy: () => null });
    refused.on('error', silent);
    await expect(refused.ping()).rejects.toThrow();
    refused.disconnect();
    await redis.stop();
  });

  it('requires TLS and a client certificate', async () => {
    const redis = await startRedis({ progress: silent, tls: true });
    expect(redis.url).toMatch(/^rediss:/);
    const cert = readFileSync(redis.certificate!.certFile);
    const admitted = new Redis(redis.url, { tls: { ca: cert, cert, key: readFileSync(redis.certificate!.keyFile) } });
    expect(await admitted.ping()).toBe('PONG');
    admitted.disconnect();
    const refused = new Redis(redis.url, { tls: { ca: cert }, retryStrategy: () => null });
    refused.on('error', silent);
    await expect(refused.ping()).rejects.toThrow();
    refused.disconnect();
    await redis.stop();
  });
});

describe('startSentinel', () => {
  it('returns the master, and promotes a replica when the master has ended', async () => {
    const master = await startRedis({ progress: silent });
    const replica = await startRedis({ progress: silent, args: ['--replicaof', '127.0.0.1', String(master.port)] });
    const sentinel = await startSentinel(master, { progress: silent });
    const client = new Redis(sentinel.port, { lazyConnect: true });
    const address = () => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
    expect(await address()).toEqual(['127.0.0.1', String(master.port)]);
    await expect
      .poll(async () => String(await client.call('SENTINEL', 'REPLICAS', 'mymaster')), { timeout: 15_000 })
      .toContain(String(replica.port));
    await master.control.stop();
    await expect.poll(address, { timeout: 15_000 }).toEqual(['127.0.0.1', String(replica.port)]);
    client.disconnect();
    await Promise.all([sentinel.stop(), replica.stop(), master.stop()]);
  });
});

describe('startRedis without any source', () => {
  it('rejects, and names the package to install', async () => {
    await expect(startRedis({ progress: silent, from: [] })).rejects.toThrow(
      /apt-get install redis-server.*REDIS_URL/s,
    );
  });
});

import { ticketSeconds } from '@fedistream/history';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisLog } from '../redis-log.js';
import { RedisStatistics } from '../redis-statistics.js';
import { redisUrl, withoutRedis } from '../testing/redis-url.js';
import { RedisTicketStore } from './redis-ticket-store.js';

Logger.overrideLogger(false);

describe.skipIf(withoutRedis)('tickets in Redis', () => {
  const home = { tokenId: '1', label: ['user'] };
  let prefix: string;
  let stores: readonly RedisTicketStore[];
  let redis: Redis;

  beforeEach(async () => {
    prefix = `tickets-${randomBytes(6).toString('hex')}:`;
    redis = new Redis(redisUrl);
    // Two servers.
    stores = [1, 2].map(() => {
      const log = new RedisLog(new RedisStatistics());
      const store = new RedisTicketStore({ history: { url: redisUrl }, prefix, log });
      store.start();
      return store;
    });
    for (const store of stores) {
      await vi.waitFor(() => store.take(home), { timeout: 10_000, interval: 10 });
    }
  });

  afterEach(async () => {
    for (const store of stores) {
      store.close();
    }
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) {
      await redis.unlink(...keys);
    }
    redis.disconnect();
  });

  const [leaving, taking] = [() => stores[0] as RedisTicketStore, () => stores[1] as RedisTicketStore];

  it('are taken once, on another server', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    expect(await taking().take(home)).toEqual(['a']);
    expect(await taking().take(home)).toEqual([]);
    expect(await redis.keys(`${prefix}*`)).toEqual([]);
  });

  it('are those of a token and a subscription: no other takes them', async () => {
    const hashtag = { tokenId: '1', label: ['hashtag', 'Foo'] };
    await leaving().leave([
      { ...home, position: 'a' },
      { ...hashtag, position: 'b' },
    ]);
    for (const other of [
      { tokenId: '2', label: ['user'] },
      { tokenId: '1', label: ['hashtag', 'foo'] },
      { tokenId: '1', label: ['hashtag'] },
    ]) {
      expect(await taking().take(other)).toEqual([]);
    }
    expect(await taking().take(hashtag)).toEqual(['b']);
    expect(await taking().take(home)).toEqual(['a']);
  });

  it('of equal subscriptions are as many as were left, and each has the positions of all: the earliest misses nothing', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    await leaving().leave([{ ...home, position: 'b' }]);
    expect((await taking().take(home)).toSorted()).toEqual(['a', 'b']);
    expect((await taking().take(home)).toSorted()).toEqual(['a', 'b']);
    expect(await taking().take(home)).toEqual([]);
  });

  it('that are withdrawn cannot be taken', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    await leaving().withdraw([{ ...home, position: 'a' }]);
    expect(await taking().take(home)).toEqual([]);
    // The client has taken it before the server noticed that it did not complete the handshake.
    await leaving().withdraw([{ ...home, position: 'a' }]);
    await leaving().leave([{ ...home, position: 'b' }]);
    expect(await taking().take(home)).toEqual(['b']);
  });

  it('end by themselves, and their keys tell nothing of what the client subscribed to', async () => {
    await leaving().leave([{ tokenId: '1', label: ['hashtag', 'secret'], position: 'a' }]);
    const [key = ''] = await redis.keys(`${prefix}*`);
    expect(key).not.toContain('secret');
    const seconds = await redis.ttl(key);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(ticketSeconds);
  });
});

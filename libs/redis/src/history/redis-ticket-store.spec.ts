import { ticketSeconds } from '@fedistream/history';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisConnections } from '../redis-connections.js';
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
      const store = new RedisTicketStore({ history: new RedisConnections({ url: redisUrl }), prefix });
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

  it('are taken on another server, and stay for the client of the restart when another one came before it', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    expect(await taking().take(home)).toEqual(['a']);
    expect(await taking().take(home)).toEqual(['a']);
  });

  it('of one restart stay for all its clients, also while one is taken before the next is left', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    await taking().take(home);
    await leaving().leave([{ ...home, position: 'b' }]);
    expect((await taking().take(home)).toSorted()).toEqual(['a', 'b']);
  });

  it('that were taken end when another one is left in a later restart: their client has been here since', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    await taking().take(home);
    const [key = ''] = await redis.keys(`${prefix}*`);
    await redis.expire(key, ticketSeconds - 15);
    await taking().leave([{ ...home, position: 'b' }]);
    expect(await leaving().take(home)).toEqual(['b']);
  });

  it('that are given back are as many as before, and end no later', async () => {
    const two = ['a', 'b'].map((position) => ({ ...home, position }));
    await leaving().leave(two);
    const [key = ''] = await redis.keys(`${prefix}*`);
    const before = await redis.hgetall(key);
    await redis.expire(key, 5);
    await taking().take(home);
    await taking().giveBack(home);
    expect(await redis.hgetall(key)).toEqual(before);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(5);
    await redis.unlink(key);
    await taking().giveBack(home);
    expect(await redis.exists(key)).toBe(0);
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

  it('of equal subscriptions have the positions of all: from the earliest on each misses nothing', async () => {
    await leaving().leave([{ ...home, position: 'a' }]);
    await leaving().leave([{ ...home, position: 'b' }]);
    expect((await taking().take(home)).toSorted()).toEqual(['a', 'b']);
    await leaving().leave([{ ...home, position: 'c' }]);
    expect((await taking().take(home)).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('that are withdrawn leave those of equal subscriptions, also at the same position', async () => {
    const equal = { ...home, position: 'a' };
    await leaving().leave([equal, equal, { ...home, position: 'b' }]);
    await leaving().withdraw([equal, { ...home, position: 'b' }]);
    expect(await taking().take(home)).toEqual(['a']);
    await leaving().withdraw([equal]);
    expect(await redis.keys(`${prefix}*`)).toEqual([]);
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

import { describe, expect, it } from 'vitest';
import { addressText, redisAddress } from './redis-address.js';
import type { RedisSettings } from './redis-settings.js';

const local = { host: '127.0.0.1', port: 6379, db: 0, tls: false };

describe('redisAddress', () => {
  it.each<[string, RedisSettings, object]>([
    ['nothing', {}, local],
    [
      'host, port, user, password and database',
      { host: 'redis.example', port: 6380, username: 'u', password: 'p', db: 3 },
      { host: 'redis.example', port: 6380, username: 'u', password: 'p', db: 3, tls: false },
    ],
    ['a path', { path: '/run/redis.sock', db: 2 }, { path: '/run/redis.sock', db: 2, tls: false }],
    ['redis://redis.example', { url: 'redis://redis.example' }, { ...local, host: 'redis.example' }],
    [
      'a URL with everything',
      { url: 'redis://u:p%40%2F:@r:6380/7' },
      { ...local, host: 'r', port: 6380, username: 'u', password: 'p@/:', db: 7 },
    ],
    ['a URL with a password only', { url: 'redis://:secret@r' }, { ...local, host: 'r', password: 'secret' }],
    ['a URL with TLS', { url: 'rediss://r' }, { ...local, host: 'r', tls: true }],
    [
      'a URL with an IPv6 address',
      { url: 'redis://[2001:db8::1]:6380/1' },
      { ...local, host: '2001:db8::1', port: 6380, db: 1 },
    ],
    [
      'the URL of a Unix socket',
      { url: 'unix:///run/redis/redis.sock?db=4&password=p' },
      { path: '/run/redis/redis.sock', password: 'p', db: 4, tls: false },
    ],
    ['a path as URL', { url: '/run/redis.sock' }, { path: '/run/redis.sock', db: 0, tls: false }],
    [
      'a URL with a database and a family in its query',
      { url: 'redis://r?db=5&family=6' },
      { ...local, host: 'r', db: 5, family: 6 },
    ],
  ])('reads the address from %s', (_, settings, expected) => {
    expect(redisAddress(settings)).toEqual(expected);
  });

  it('ignores all other settings beside a URL', () => {
    const others = { host: 'other', port: 1, path: '/other', username: 'other', password: 'other', db: 3 };
    expect(redisAddress({ url: 'redis://r', ...others })).toEqual({ ...local, host: 'r' });
  });

  it.each<[RedisSettings, string]>([
    [{ url: 'redis://user:secret@r:6380/7' }, 'r:6380'],
    [{ host: '::1' }, '[::1]:6379'],
    [{ path: '/run/redis.sock' }, '/run/redis.sock'],
  ])('is formatted for log lines without user, password and database: %j', (settings, text) => {
    expect(addressText(redisAddress(settings))).toBe(text);
  });
});

import { describe, expect, it } from 'vitest';
import type { EnvironmentTexts } from './environment/environment.js';
import { readSettings } from './settings.js';

const errorOf = (environment: EnvironmentTexts): string => {
  try {
    readSettings(environment);
  } catch (failure) {
    return (failure as Error).message;
  }
  return 'none';
};

describe('settings', () => {
  it('need no variable: embedded parts, a demo, and the defaults of Mastodon’s server', () => {
    expect(readSettings({})).toEqual({
      logLevel: 'info',
      listen: { address: '127.0.0.1', port: 4000, socket: undefined },
      trustedProxies: 'loopback,uniquelocal',
      shutdownGraceMs: 5_000,
      database: { kind: 'embedded', directory: '.fedistream/database' },
      redis: undefined,
      delivery: {
        maxSubscriptions: 200,
        maxLabelsPerChannel: 5,
        outputBudgetBytes: 4 * 1_024 * 1_024,
        outputBudgetPieces: 10_000,
      },
      admin: { port: undefined, address: '127.0.0.1' },
      metrics: { onPublicPort: true },
      drain: { delayMs: 0, drainMs: 0 },
      connectionLimits: {
        maxConnections: 1_000_000,
        maxConnectionsPerAccount: 1_000,
        maxConnectionsPerToken: 1_000,
        maxConnectionsPerAddress: 10_000,
      },
      input: { maxMessagesPerSecond: 50, maxMessagesPerSecondPerAccount: 1_000, maxRequestsPerSecond: 50 },
      auth: { revalidationIntervalMs: 300_000, maxWaitingClients: 10_000 },
      audience: { maxWaitMs: 10_000, maxQueued: 1_000, maxBatchDelayMs: 100 },
      streamModules: { named: [], onFailure: 'stop', environment: {} },
      history: {
        redis: undefined,
        historyRedis: undefined,
        maxBytes: 256 * 1_024 * 1_024,
        maxReplayBytes: 2 * 1_024 * 1_024,
        decisionMs: 25_000,
        records: true,
      },
      servesClients: true,
      demo: true,
    });
  });

  it.each([
    ['the demo on the in-memory broker', {}, true],
    ['the demo, told otherwise', { HISTORY: 'off' }, false],
    ['the demo on Redis', { REDIS_URL: 'redis://r', DATABASE: 'embedded', DEMO: 'true' }, false],
    ['embedded parts without the demo', { DEMO: 'false' }, false],
  ])('keep a history by default only in the demo on the in-memory broker: %s', (_, environment, on) => {
    expect(readSettings(environment).history !== undefined).toBe(on);
  });

  it.each([
    ['embedded parts', {}, true],
    ['Redis asked for by name', { BROKER: 'redis' }, false],
    ['PostgreSQL asked for by name', { DATABASE: 'postgresql' }, false],
    [
      'embedded parts asked for by name',
      { REDIS_URL: 'redis://r', DB_HOST: 'h', BROKER: 'memory', DATABASE: 'embedded' },
      true,
    ],
    ['embedded parts in production', { NODE_ENV: 'production', BROKER: 'memory', DATABASE: 'embedded' }, false],
  ])('turn the demo on by default only with embedded parts outside of production: %s', (_, environment, on) => {
    expect(readSettings(environment).demo).toBe(on);
  });

  it('allow a demo on Redis, and refuse one in a PostgreSQL server', () => {
    expect(readSettings({ REDIS_URL: 'redis://r', DEMO: 'true' })).toMatchObject({
      redis: { url: 'redis://r' },
      database: { kind: 'embedded' },
      demo: true,
    });
    for (const broker of ['redis', 'memory']) {
      expect(errorOf({ BROKER: broker, DATABASE: 'postgresql', DEMO: 'true' })).toBe(
        'DEMO="true": the demo runs only with DATABASE=embedded',
      );
    }
  });

  it.each([
    ['PORT', 'abc', 'PORT="abc": must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'PORT="65536": must be a whole number from 0 to 65535'],
    ['AUDIENCE_MAX_WAIT_SECONDS', '0', 'AUDIENCE_MAX_WAIT_SECONDS="0": must be a whole number from 1 to 600'],
    [
      'LOG_LEVEL',
      'loud',
      'LOG_LEVEL="loud": must be one of trace, debug, info, warn, error, fatal, silent, silly, verbose',
    ],
    ['DEMO', 'yes', 'DEMO="yes": must be one of true, false'],
    ...[
      'http://secret@x',
      'redis://:s3cr/et@h:6379',
      'redis://:p#w@localhost:6379',
      'redis://h:99999',
      'redis://[::1',
      'not even one',
    ].map((value) => [
      'REDIS_URL',
      value,
      'REDIS_URL=(not shown): must be a URL that begins with redis:// or rediss:// or unix://, with special characters in a password percent-encoded',
    ]),
    ...['mysql://u:secret@x', 'postgres://u:p#w@h/x', 'postgres://u:secret@h:99999/x'].map((value) => [
      'DATABASE_URL',
      value,
      'DATABASE_URL=(not shown): must be a URL that begins with postgres:// or postgresql:// or socket://, with special characters in a password percent-encoded',
    ]),
    ...[
      ['DATABASE_URL', 'postgres://u:%zz@h/x'],
      ['DATABASE_URL', 'postgres://u:%ff@h/x'],
      ['REDIS_URL', 'redis://:secret%@h'],
      ['REDIS_URL', 'redis://:%ff@h'],
    ].map(([name = '', value = '']) => [
      name,
      value,
      `${name}=(not shown): must be a URL with special characters in a password percent-encoded: % is written as %25`,
    ]),
    ...['postgres://', 'postgresql:///', 'postgres:'].map((value) => [
      'DATABASE_URL',
      value,
      'DATABASE_URL=(not shown): must be a URL that names a host or a database',
    ]),
    ...['unix://', 'unix:///'].map((value) => [
      'REDIS_URL',
      value,
      'REDIS_URL=(not shown): must be a URL with the path of a socket, as in unix:///run/redis.sock',
    ]),
    [
      'DATABASE_URL',
      'postgres://u:secret@x/db?sslmode=on',
      'DATABASE_URL=(not shown): must be a URL whose sslmode is one of disable, allow, prefer, require, verify-ca, verify-full, no-verify',
    ],
  ])('refuse %s=%s and name the variable, its value and what is allowed', (name = '', value = '', message = '') => {
    expect(errorOf({ [name]: value })).toBe(message);
  });

  it.each(['redis://', 'redis://:p%23w@[::1]:6379/3', 'unix:///run/redis.sock?db=3'])('accept REDIS_URL=%s', (url) => {
    expect(readSettings({ REDIS_URL: url })).toMatchObject({ redis: { url } });
  });

  it('take the metrics off the public port only when the internal listener serves them', () => {
    expect(readSettings({ METRICS_ON_PUBLIC_PORT: 'false', ADMIN_PORT: '4100' }).metrics.onPublicPort).toBe(false);
    expect(errorOf({ METRICS_ON_PUBLIC_PORT: 'false' })).toBe(
      'METRICS_ON_PUBLIC_PORT="false": must be true without ADMIN_PORT, which then serves the metrics',
    );
  });

  it('report every wrong variable, one line each', () => {
    expect(errorOf({ PORT: 'x', DEMO: 'y' }).split('\n')).toHaveLength(2);
  });

  it('report a variable that is read twice once', () => {
    expect(
      errorOf({ REDIS_SENTINELS: 'one', REDIS_SENTINEL_MASTER: 'main', REDIS_PORT: 'x', REDIS_DB: 'y' }).split('\n'),
    ).toHaveLength(1);
  });

  it('treat an empty variable as one that is not set', () => {
    expect(readSettings({ PORT: '', REDIS_URL: '' })).toMatchObject({ listen: { port: 4000 }, redis: undefined });
  });

  it('accept an IPv6 address with or without brackets', () => {
    expect(readSettings({ BIND: '[::1]' }).listen.address).toBe('::1');
    expect(readSettings({ BIND: '::' }).listen.address).toBe('::');
  });

  it('accept the log levels of older servers', () => {
    expect(readSettings({ LOG_LEVEL: 'silly' }).logLevel).toBe('trace');
    expect(readSettings({ LOG_LEVEL: 'verbose' }).logLevel).toBe('debug');
  });

  it('are frozen, their parts included', () => {
    const settings = readSettings({ REDIS_SENTINELS: 'one', REDIS_SENTINEL_MASTER: 'main' });
    for (const part of [settings, settings.listen, settings.redis, settings.redis?.sentinels?.[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

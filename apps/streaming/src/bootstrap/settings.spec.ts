import { describe, expect, it } from 'vitest';
import { readSettings, type Environment } from './settings.js';

const errorOf = (environment: Environment): string => {
  try {
    readSettings(environment);
  } catch (failure) {
    return (failure as Error).message;
  }
  return 'none';
};

describe('settings', () => {
  it('need nothing: embedded parts, a demo, the defaults of Mastodon’s server', () => {
    expect(readSettings({})).toMatchObject({
      PORT: 4000,
      BIND: '127.0.0.1',
      BROKER: 'memory',
      DATABASE: 'embedded',
      DEMO: true,
      DB_POOL: 10,
    });
  });

  it('choose Redis and PostgreSQL when they are named', () => {
    expect(readSettings({ REDIS_URL: 'redis://r', DATABASE_URL: 'postgresql://p/db' })).toMatchObject({
      BROKER: 'redis',
      DATABASE: 'postgresql',
      DEMO: false,
    });
    expect(readSettings({ REDIS_SENTINELS: 's', DB_HOST: 'h' })).toMatchObject({
      BROKER: 'redis',
      DATABASE: 'postgresql',
    });
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
  ])('turn the demo on by themselves only where it disturbs nobody: %s', (_, environment, on) => {
    expect(readSettings(environment).DEMO).toBe(on);
  });

  it('take a demo on Redis when it is asked for, and never one in a PostgreSQL server', () => {
    expect(readSettings({ REDIS_URL: 'redis://r', DEMO: 'true' })).toMatchObject({
      BROKER: 'redis',
      DATABASE: 'embedded',
      DEMO: true,
    });
    for (const broker of ['redis', 'memory']) {
      expect(errorOf({ BROKER: broker, DATABASE: 'postgresql', DEMO: 'true' })).toBe(
        'DEMO="true": the demo runs only with DATABASE=embedded',
      );
    }
  });

  it('refuse embedded parts in production, by name, unless asked for by name', () => {
    const production = { NODE_ENV: 'production' };
    expect(errorOf(production)).toMatch(/^DATABASE is not set, nor is DATABASE_URL or DB_HOST: .*DATABASE=embedded/);
    expect(errorOf({ ...production, DATABASE_URL: 'postgres://p' })).toMatch(
      /^BROKER is not set.*REDIS_URL.*BROKER=memory/,
    );
    expect(readSettings({ ...production, DATABASE: 'embedded', BROKER: 'memory' })).toMatchObject({ DEMO: false });
  });

  it.each([
    ['PORT', 'abc', 'PORT="abc": must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'PORT="65536": must be a whole number from 0 to 65535'],
    ['DB_POOL', '0', 'DB_POOL="0": must be a whole number from 1 to 1000'],
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
      'DATABASE_URL=(not shown): must be a URL that begins with postgres:// or postgresql://, with special characters in a password percent-encoded',
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
  ])('refuse %s=%s, naming variable, value and what is allowed', (name = '', value = '', message = '') => {
    expect(errorOf({ [name]: value })).toBe(message);
  });

  it('take a database URL with a mode of encryption, with and without other parameters', () => {
    for (const query of ['?sslmode=no-verify', '?application_name=x&sslmode=prefer', '?sslrootcert=/x', '']) {
      const url = `postgres://u:secret@x/db${query}`;
      expect(readSettings({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
    }
  });

  it.each([
    ['DATABASE_URL', 'postgres:///mastodon?host=/run/postgresql'],
    ['DATABASE_URL', 'postgres://?host=/run/postgresql'],
    ['DATABASE_URL', 'postgres://u:p%23%2F%40@h'],
    ['REDIS_URL', 'redis://'],
    ['REDIS_URL', 'redis://:p%23w@[::1]:6379/3'],
    ['REDIS_URL', 'unix:///run/redis.sock?db=3'],
  ])('take %s=%s', (name, value) => {
    expect(readSettings({ [name]: value })).toMatchObject({ [name]: value });
  });

  it('name every wrong variable, one line each', () => {
    expect(errorOf({ PORT: 'x', DB_POOL: 'y' }).split('\n')).toHaveLength(2);
  });

  it('take an empty variable as one that is not set', () => {
    expect(readSettings({ PORT: '', REDIS_URL: '' })).toMatchObject({ PORT: 4000, BROKER: 'memory' });
  });

  it('take an IPv6 address with or without brackets', () => {
    expect(readSettings({ BIND: '[::1]' }).BIND).toBe('::1');
    expect(readSettings({ BIND: '::' }).BIND).toBe('::');
  });

  it('know the log levels of older servers', () => {
    expect(readSettings({ LOG_LEVEL: 'silly' }).LOG_LEVEL).toBe('trace');
    expect(readSettings({ LOG_LEVEL: 'verbose' }).LOG_LEVEL).toBe('debug');
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readSettings({}))).toBe(true);
  });
});

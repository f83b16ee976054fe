import { describe, expect, it } from 'vitest';
import { SettingsError, type EnvironmentTexts } from './environment/environment.js';
import { readSettings } from './settings.js';
import { certificate, key, useDirectory } from './testing/pem.js';

const files = useDirectory();
const redisOf = (environment: EnvironmentTexts) => readSettings({ DATABASE: 'embedded', ...environment }).redis;

/** What Kubernetes sets for a service called `redis`, and other variables that no longer count beside a URL. */
const leftovers = {
  REDIS_HOST: 'elsewhere',
  REDIS_PORT: 'tcp://10.96.12.7:6379',
  REDIS_DB: 'three',
  REDIS_USER: 'somebody',
  REDIS_PASSWORD: 'hunter2',
  REDIS_SENTINELS: ':::',
  REDIS_SENTINEL_PORT: 'none',
  REDIS_SENTINEL_TLS: 'maybe',
  REDIS_TLS: 'maybe',
};

const sentinel = { REDIS_SENTINELS: 'one', REDIS_SENTINEL_MASTER: 'main' };

describe('the settings of Redis', () => {
  it('are REDIS_URL alone: other variables beside it are neither read nor validated', () => {
    expect(redisOf({ ...leftovers, REDIS_URL: 'redis://cache:6379/0' })).toEqual({ url: 'redis://cache:6379/0' });
  });

  it('keep the namespace and the TLS files beside REDIS_URL', () => {
    const ca = files.write('ca.pem', `the authority\n${certificate}`);
    const environment = { REDIS_URL: 'rediss://cache', REDIS_NAMESPACE: 'm', REDIS_TLS_CA_FILE: ca };
    expect(redisOf(environment)).toEqual({
      url: 'rediss://cache',
      namespace: 'm',
      tls: { ca: `the authority\n${certificate}` },
    });
  });

  it('leave Sentinels out without the name of their master, as Mastodon does', () => {
    const environment = { REDIS_SENTINELS: 'one', REDIS_HOST: 'r' };
    expect(redisOf(environment)).toEqual({ host: 'r', port: 6379, db: 0 });
    expect(redisOf({ ...environment, REDIS_SENTINEL_MASTER: '' })).toMatchObject({ host: 'r' });
  });

  it('prefer Sentinels to a host, whose variables are neither read nor validated', () => {
    const environment = {
      REDIS_SENTINELS: 'one',
      REDIS_SENTINEL_MASTER: 'main',
      REDIS_HOST: 'r',
      REDIS_PORT: 'tcp://',
    };
    expect(redisOf(environment)).toEqual({
      sentinels: [{ host: 'one', port: 26_379 }],
      sentinelMaster: 'main',
      db: 0,
    });
  });

  it.each([
    [
      'two, one with a port',
      'one, two:26380',
      [
        ['one', 26_378],
        ['two', 26_380],
      ],
    ],
    ['an IPv6 address in brackets', '[2001:db8::1]', [['2001:db8::1', 26_378]]],
    [
      'an IPv6 address in brackets with a port',
      '[::1]:26380,[::2]:1',
      [
        ['::1', 26_380],
        ['::2', 1],
      ],
    ],
  ] as const)('read REDIS_SENTINELS with %s', (_, list, expected) => {
    const sentinels = expected.map(([host, port]) => ({ host, port }));
    expect(
      redisOf({ REDIS_SENTINELS: list, REDIS_SENTINEL_MASTER: 'main', REDIS_SENTINEL_PORT: '26378' }),
    ).toMatchObject({ sentinels });
  });

  it.each(['one:26379,:26379', 'one:port', 'one:99999', 'one:0', 'one:', '[::1', '::1', ''])(
    'refuse REDIS_SENTINELS=%j',
    (list) => {
      const read = () => redisOf({ REDIS_SENTINELS: list, REDIS_SENTINEL_MASTER: 'main', BROKER: 'redis' });
      if (list === '') {
        expect(read()).toMatchObject({ host: '127.0.0.1' });
      } else {
        expect(read).toThrow(
          `REDIS_SENTINELS="${list}": must be host or host:port, separated by commas, with IPv6 addresses in brackets`,
        );
      }
    },
  );

  it.each([
    ['its own', { REDIS_SENTINEL_USERNAME: 'watcher', REDIS_SENTINEL_PASSWORD: 'hunter3' }, 'watcher', 'hunter3'],
    ['those of Redis', {}, 'streaming', 'hunter2'],
    ['none when set and empty', { REDIS_SENTINEL_USERNAME: '', REDIS_SENTINEL_PASSWORD: '' }, undefined, undefined],
  ])('give Sentinels a user and password: %s', (_, own, sentinelUsername, sentinelPassword) => {
    const server = { ...sentinel, REDIS_USER: 'streaming', REDIS_PASSWORD: 'hunter2' };
    expect(redisOf({ ...server, ...own })).toMatchObject({
      username: 'streaming',
      password: 'hunter2',
      ...(sentinelUsername === undefined ? {} : { sentinelUsername, sentinelPassword }),
    });
    expect(redisOf({ ...server, ...own })?.sentinelPassword).toBe(sentinelPassword);
  });

  it('speak TLS to Sentinels that want it, and to servers that want it, each by itself', () => {
    expect(redisOf({ ...sentinel, REDIS_SENTINEL_TLS: 'true' })).toMatchObject({ sentinelTls: {} });
    expect(redisOf({ ...sentinel, REDIS_SENTINEL_TLS: 'true' })?.tls).toBeUndefined();
    expect(redisOf({ ...sentinel, REDIS_TLS: 'true' })).toMatchObject({ tls: {} });
    expect(redisOf({ ...sentinel, REDIS_TLS: 'true' })?.sentinelTls).toBeUndefined();
    const ca = files.write('ca.pem', certificate);
    expect(redisOf({ ...sentinel, REDIS_SENTINEL_TLS: 'true', REDIS_TLS_CA_FILE: ca })).toMatchObject({
      sentinelTls: { ca: certificate },
      tls: { ca: certificate },
    });
  });

  it('read a host without URL and Sentinels', () => {
    expect(
      redisOf({
        REDIS_HOST: '[::1]',
        REDIS_PORT: '6380',
        REDIS_DB: '3',
        REDIS_USERNAME: 'streaming',
        REDIS_PASSWORD: 'hunter2',
      }),
    ).toEqual({ host: '::1', port: 6380, db: 3, username: 'streaming', password: 'hunter2' });
  });

  it('prefer REDIS_USER, the documented name, to REDIS_USERNAME, that of the streaming server', () => {
    const environment = { REDIS_HOST: 'r', REDIS_USER: 'documented', REDIS_USERNAME: 'streaming' };
    expect(redisOf(environment)).toMatchObject({ username: 'documented' });
  });

  it('are those of a local server in production, and of the in-memory broker otherwise', () => {
    expect(redisOf({ NODE_ENV: 'production' })).toEqual({ host: '127.0.0.1', port: 6379, db: 0 });
    expect(redisOf({})).toBeUndefined();
  });

  it.each(['HOST', 'PORT', 'DB', 'USER', 'USERNAME', 'PASSWORD'])('are those of Redis when REDIS_%s is set', (name) => {
    expect(redisOf({ [`REDIS_${name}`]: '1' })).toMatchObject({ db: expect.any(Number) as number });
  });

  it('are not read for the in-memory broker', () => {
    expect(redisOf({ ...leftovers, REDIS_URL: 'nonsense', BROKER: 'memory' })).toBeUndefined();
  });

  it.each([
    ['REDIS_TLS_CA_FILE', certificate, 'certificate', key],
    ['REDIS_TLS_CERT_FILE', certificate, 'certificate', key],
    ['REDIS_TLS_KEY_FILE', key, 'private key', certificate],
  ])('speak TLS when %s alone is set, and refuse a file that cannot be used', (name, pem, kind, other) => {
    const there = redisOf({ REDIS_HOST: 'r', [name]: files.write('one.pem', pem) });
    expect(Object.values(there?.tls ?? {})).toContain(pem);
    for (const text of ['', 'no PEM', other]) {
      const file = files.write('other.pem', text);
      expect(() => redisOf({ REDIS_HOST: 'r', [name]: file })).toThrow(
        new SettingsError(`${name}="${file}": must be a PEM file with a ${kind}`),
      );
    }
    const file = files.path('missing.pem');
    expect(() => redisOf({ REDIS_HOST: 'r', [name]: file })).toThrow(
      new SettingsError(`${name}="${file}": must be a file that can be read`),
    );
  });
});

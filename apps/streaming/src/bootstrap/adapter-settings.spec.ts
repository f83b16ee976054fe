import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseSettings, redisSettings } from './adapter-settings.js';
import { readSettings, SettingsError } from './settings.js';

/** `openssl req -x509 -newkey ed25519 -nodes -subj /CN=test`; nothing trusts it. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhQWNZXeDTDE4O8avwLQYuwsLLwcejAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAeFw0yNjExMjcxODEwMzlaFw0zNjExMjQxODEwMzlaMA8xDTAL
BgNVBAMMBHRlc3QwKjAFBgMrZXADIQBUu7ZVhYWK3GfNMkyBpRGHVW2MzCg5dOpq
NfX5X1CSD6NTMFEwHQYDVR0OBBYEFBnMMgyUk0nKy7B0RHg89qMy60wzMB8GA1Ud
IwQYMBaAFBnMMgyUk0nKy7B0RHg89qMy60wzMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EAd92vI3as4MnUHslq4LHUkkRWfYkAhuQqH6HgFrvYPNQuHrJVPcHGmSn1
Ce/1XDoJR+xhNkC2U/pJDTY4zVYuBg==
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAEj+B87SPi2drV73vV927wl9bSQxHXa1rIUOuJF9ZtN
-----END PRIVATE KEY-----
`;

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fedistream-pem-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A file with this text in it. */
function fileOf(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

describe('the database adapter', () => {
  it('is told by every variable where PostgreSQL is and how to reach it', () => {
    const settings = readSettings({
      DATABASE_URL: 'postgres://somewhere/else',
      DB_HOST: 'db.example',
      DB_PORT: '5433',
      DB_USER: 'streaming',
      DB_PASS: 'hunter2',
      DB_NAME: 'mastodon',
      DB_SSLMODE: 'verify-full',
      DB_POOL: '7',
    });
    expect(databaseSettings(settings)).toEqual({
      kind: 'postgresql',
      url: 'postgres://somewhere/else',
      host: 'db.example',
      port: 5433,
      user: 'streaming',
      password: 'hunter2',
      name: 'mastodon',
      sslMode: 'verify-full',
      poolSize: 7,
    });
  });

  it.each([
    ['production', 'mastodon_production'],
    ['development', 'mastodon_development'],
    ['test', 'mastodon_development'],
    ['', 'mastodon_development'],
  ])('takes the database that Mastodon’s server would: with NODE_ENV=%s that is %s', (environment, name) => {
    const settings = readSettings({ NODE_ENV: environment, DB_HOST: 'db.example', BROKER: 'memory' });
    expect(databaseSettings(settings)).toMatchObject({ name, port: 5432, poolSize: 10, sslMode: undefined });
  });

  it('keeps the embedded database in the data directory', () => {
    const settings = readSettings({ FEDISTREAM_DATA_DIR: '/data' });
    expect(databaseSettings(settings)).toEqual({ kind: 'embedded', directory: '/data/database' });
  });

  it.each([
    ['sslrootcert', certificate, 'certificate'],
    ['sslcert', certificate, 'certificate'],
    ['sslkey', key, 'private key'],
  ])('is not given a URL whose %s cannot be read', (parameter, pem, kind) => {
    const urlWith = (file: string) => `postgres://u:hunter2@db/mastodon?sslmode=require&${parameter}=${file}`;
    const there = urlWith(fileOf('there.pem', pem));
    expect(databaseSettings(readSettings({ DATABASE_URL: there }))).toMatchObject({ url: there });
    const missing = readSettings({ DATABASE_URL: urlWith(join(directory, 'missing.pem')) });
    expect(() => databaseSettings(missing)).toThrow(
      new SettingsError(`DATABASE_URL=(not shown): ${parameter} must be a file that can be read`),
    );
    const other = readSettings({ DATABASE_URL: urlWith(fileOf('other.pem', 'no PEM')) });
    expect(() => databaseSettings(other)).toThrow(
      new SettingsError(`DATABASE_URL=(not shown): ${parameter} must be a PEM file with a ${kind}`),
    );
  });
});

describe('the Redis adapter', () => {
  it('is told by every variable where Redis is and how to reach it', () => {
    const settings = readSettings({
      REDIS_URL: 'rediss://somewhere.else',
      REDIS_HOST: 'redis.example',
      REDIS_PORT: '6380',
      REDIS_DB: '3',
      REDIS_USER: 'streaming',
      REDIS_PASSWORD: 'hunter2',
      REDIS_NAMESPACE: 'mastodon',
      REDIS_SENTINELS: 'one, two:26380',
      REDIS_SENTINEL_MASTER: 'main',
      REDIS_SENTINEL_PORT: '26378',
      REDIS_SENTINEL_USERNAME: 'watcher',
      REDIS_SENTINEL_PASSWORD: 'hunter3',
      REDIS_TLS_CA_FILE: fileOf('ca.pem', `the authority\n${certificate}`),
      REDIS_TLS_CERT_FILE: fileOf('cert.pem', certificate),
      REDIS_TLS_KEY_FILE: fileOf('key.pem', key),
    });
    expect(redisSettings(settings)).toEqual({
      url: 'rediss://somewhere.else',
      host: 'redis.example',
      port: 6380,
      db: 3,
      username: 'streaming',
      password: 'hunter2',
      namespace: 'mastodon',
      sentinels: [
        { host: 'one', port: 26_378 },
        { host: 'two', port: 26_380 },
      ],
      sentinelMaster: 'main',
      sentinelUsername: 'watcher',
      sentinelPassword: 'hunter3',
      tls: { ca: `the authority\n${certificate}`, cert: certificate, key },
    });
  });

  it('takes what Mastodon’s server would when little is said, and no TLS without a file for it', () => {
    expect(redisSettings(readSettings({ REDIS_HOST: 'redis.example' }))).toEqual({
      host: 'redis.example',
      port: 6379,
      db: 0,
      sentinelMaster: 'mymaster',
    });
    expect(redisSettings(readSettings({ REDIS_SENTINELS: 'one' })).sentinels).toEqual([{ host: 'one', port: 26_379 }]);
  });

  it.each([
    ['REDIS_TLS_CA_FILE', certificate, 'certificate', key],
    ['REDIS_TLS_CERT_FILE', certificate, 'certificate', key],
    ['REDIS_TLS_KEY_FILE', key, 'private key', certificate],
  ])('speaks TLS when %s alone is set, and is not given a file that cannot be read', (name, pem, kind, ...unfit) => {
    const there = readSettings({ REDIS_HOST: 'r', [name]: fileOf('one.pem', pem) });
    expect(Object.values(redisSettings(there).tls ?? {})).toContain(pem);
    for (const text of ['', 'no PEM', ...unfit]) {
      const other = fileOf('other.pem', text);
      expect(() => redisSettings(readSettings({ REDIS_HOST: 'r', [name]: other }))).toThrow(
        new SettingsError(`${name}="${other}": must be a PEM file with a ${kind}`),
      );
    }
    const file = join(directory, 'missing.pem');
    const missing = readSettings({ REDIS_HOST: 'r', [name]: file });
    expect(() => redisSettings(missing)).toThrow(
      new SettingsError(`${name}="${file}": must be a file that can be read`),
    );
  });
});

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Server } from '../support/index.js';

type Env = Readonly<Record<string, string>>;

/** Closed ports. A server with these settings starts, since both may be down. */
const connected = {
  DATABASE_URL: 'postgres://mastodon:hunter2@127.0.0.1:1/mastodon',
  REDIS_URL: 'redis://127.0.0.1:1',
};

/** The same without Redis and warnings, so that the refusal is the only output. */
const alone = { DATABASE_URL: connected.DATABASE_URL, BROKER: 'memory', LOG_LEVEL: 'error' };

/** The output of a server that must refuse to start with these settings. */
async function refusal(env: Env): Promise<string> {
  const server = Server.launch(env);
  expect(await server.exited).toEqual({ code: 1, signal: null });
  return server.output();
}

describe('a wrong setting', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-settings-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  it('prevents the start with one line: variable, value and allowed values', async () => {
    expect(await refusal({ ...connected, PORT: '4000x' })).toBe('PORT="4000x": must be a whole number from 0 to 65535');
  });

  it('is reported before the modules of the application are loaded', async () => {
    const script = `import { Module } from 'node:module';
      process.on('exit', () => console.error(Object.keys(Module._cache).filter((file) => file.includes('rxjs')).length));`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`;
    const output = await refusal({ ...connected, PORT: 'x', NODE_OPTIONS });
    expect(output.split('\n')).toEqual(['PORT="x": must be a whole number from 0 to 65535', '0']);
  });

  it('is reported together with all others, one line each', async () => {
    const numbers = {
      PORT: '65536',
      DB_PORT: '0',
      DB_POOL: '-1',
      REDIS_DB: ' 1',
      REDIS_SENTINEL_PORT: '0x10',
      MAX_SUBSCRIPTIONS_PER_CONNECTION: '0',
      OUTPUT_BUDGET_KIB: '1e3',
      TOKEN_REVALIDATION_SECONDS: '0',
      AUDIENCE_MAX_WAIT_SECONDS: 'ten',
      AUDIENCE_MAX_WAITING_EVENTS: '0',
      AUDIENCE_MAX_BATCH_DELAY_MS: '1001',
      SHUTDOWN_GRACE_SECONDS: '-5',
    };
    const choices = {
      LOG_LEVEL: ['loud', 'trace, debug, info, warn, error, fatal, silent, silly, verbose'],
      DB_SSLMODE: ['on', 'disable, allow, prefer, require, verify-ca, verify-full, no-verify'],
      DATABASE: ['mysql', 'postgresql, embedded'],
      BROKER: ['kafka', 'redis, memory'],
      DEMO: ['yes', 'true, false'],
    } as const;
    const wrong = Object.fromEntries(Object.entries(choices).map(([name, [value]]) => [name, value]));
    const said = (
      await refusal({
        DB_HOST: '127.0.0.1',
        REDIS_SENTINELS: '127.0.0.1',
        REDIS_SENTINEL_MASTER: 'main',
        ...numbers,
        ...wrong,
      })
    ).split('\n');
    for (const [name, value] of Object.entries(numbers)) {
      expect(said.find((line) => line.startsWith(`${name}="${value}": must be a whole number from `))).toMatch(
        / to \d+$/,
      );
    }
    for (const [name, [value, allowed]] of Object.entries(choices)) {
      expect(said).toContain(`${name}="${value}": must be one of ${allowed}`);
    }
    expect(said).toHaveLength(Object.keys(numbers).length + Object.keys(choices).length);
  });

  it('is not printed when it may hold a secret', async () => {
    const said = await refusal({ DATABASE_URL: 'mysql://me:hunter2@db/mastodon', REDIS_URL: 'http://:hunter2@cache' });
    expect(said.split('\n')).toEqual([
      'DATABASE_URL=(not shown): must be a URL that begins with postgres:// or postgresql:// or socket://, with special characters in a password percent-encoded',
      'REDIS_URL=(not shown): must be a URL that begins with redis:// or rediss:// or unix://, with special characters in a password percent-encoded',
    ]);
    expect(said).not.toContain('hunter2');
  });

  it.concurrent.each([
    [
      'DATABASE_URL',
      `${connected.DATABASE_URL}?sslmode=verify-full&sslrootcert=/no/such/ca.pem`,
      /^DATABASE_URL=\(not shown\): sslrootcert must be a file that can be read$/,
    ],
    [
      'DATABASE_URL',
      `${connected.DATABASE_URL}?sslmode=on`,
      /^DATABASE_URL=\(not shown\): .*sslmode is one of disable, /,
    ],
    ['REDIS_URL', 'redis://:hunter2%@127.0.0.1:1', /% is written as %25/],
    ['REDIS_URL', 'redis://:hunter2/@127.0.0.1:1', /^REDIS_URL=\(not shown\): .*percent-encoded$/],
    ['REDIS_URL', 'redis://:hunter2@127.0.0.1:1/abc', /^REDIS_URL=\(not shown\): .*number of a database/],
    ['REDIS_URL', 'rediss://:hunter2@127.0.0.1:1/-1', /^REDIS_URL=\(not shown\): .*number of a database/],
  ])('is not printed when only a part of %s is wrong', async (name, value, line) => {
    const said = await refusal({ ...connected, [name]: value });
    expect(said.split('\n')).toEqual([expect.stringMatching(line)]);
    expect(said).not.toContain('hunter2');
  });

  it('prevents the start: a demo in a real database', async () => {
    const said = await refusal({ ...connected, DEMO: 'true' });
    expect(said).toMatch(/^DEMO="true": .*DATABASE=embedded$/);
  });

  it.concurrent.each([
    [
      'a Sentinel without a host',
      { REDIS_SENTINELS: 'one:26379,:26379', REDIS_SENTINEL_MASTER: 'main', REDIS_URL: '' },
    ],
    [
      'a Sentinel whose port is not a number',
      { REDIS_SENTINELS: 'one:port', REDIS_SENTINEL_MASTER: 'main', REDIS_URL: '' },
    ],
    [
      'a Sentinel whose port is too large',
      { REDIS_SENTINELS: 'one:99999', REDIS_SENTINEL_MASTER: 'main', REDIS_URL: '' },
    ],
    ['a Sentinel whose port is missing', { REDIS_SENTINELS: 'one:', REDIS_SENTINEL_MASTER: 'main', REDIS_URL: '' }],
    ['a missing certificate', { REDIS_TLS_CA_FILE: '/no/such/ca.pem' }],
    ['a proxy that is not an address', { TRUSTED_PROXY_IP: 'proxy' }],
    ['proxies that include every address', { TRUSTED_PROXY_IP: '10.0.0.0/0' }],
    ['proxies with two masks', { TRUSTED_PROXY_IP: '10.0.0.0/8/9' }],
    ['a socket whose path is too long', { SOCKET: `/tmp/${'s'.repeat(200)}` }],
  ])('prevents the start with one line: %s', async (_what, env: Env) => {
    const [[name, value] = []] = Object.entries(env);
    const said = await refusal({ ...connected, ...env });
    expect(said.split('\n')).toEqual([expect.stringMatching(new RegExp(`^${name}="${value}": `))]);
  });

  it.concurrent.each([
    ['a socket in a missing directory', 'SOCKET', '/no/such/directory/streaming.sock'],
    ['an address of another machine', 'BIND', '192.0.2.1'],
  ])('prevents the start with one line: %s', async (_what, name, value) => {
    const said = await refusal({ ...alone, [name]: value });
    expect(said.split('\n')).toEqual([expect.stringMatching(new RegExp(`^${name}="${value}": `))]);
  });

  it('prevents the start with one line: a file as the directory of the embedded database', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const said = await refusal({ FEDISTREAM_DATA_DIR: file, BROKER: 'memory' });
    expect(said.split('\n')).toEqual([expect.stringMatching(new RegExp(`^FEDISTREAM_DATA_DIR="${file}": `))]);
  });

  it('prevents the start with one line: a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const said = await refusal({ ...alone, PORT: String(port) });
      expect(said.split('\n')).toEqual([expect.stringMatching(new RegExp(`^PORT="${port}": `))]);
    } finally {
      other.close();
    }
  });
});

describe('in production', () => {
  it('the server expects PostgreSQL and Redis on this machine unless told otherwise, as Mastodon’s does', async () => {
    const said = await refusal({ NODE_ENV: 'production', DB_PORT: 'x', REDIS_PORT: 'y', PORT: '0' });
    expect(said.split('\n')).toEqual([
      'DB_PORT="x": must be a whole number from 1 to 65535',
      'REDIS_PORT="y": must be a whole number from 1 to 65535',
    ]);
  });
});

describe('beside a URL', () => {
  it('the variables that it makes irrelevant are not validated', async () => {
    const said = await refusal({
      ...connected,
      DB_PORT: 'tcp://10.96.0.9:5432',
      DB_SSLMODE: 'on',
      REDIS_PORT: 'tcp://10.96.12.7:6379',
      REDIS_DB: 'three',
      PORT: 'x',
    });
    expect(said).toBe('PORT="x": must be a whole number from 0 to 65535');
  });
});

import { channels, controlPatterns } from '@fedistream/domain';
import { messagePattern } from '@fedistream/event-bus';
import { start } from '@fedistream/event-bus/testing';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisFeed } from './redis-feed.js';
import type { RedisSettings } from './redis-settings.js';
import { RedisStatistics } from './redis-statistics.js';
import { redisUrl, withoutRedis } from './testing/given-redis.js';
import { findProgram, freePort, type OwnRedis, type RedisProgram, startRedis } from './testing/own-redis.js';

const program = withoutRedis ? undefined : await findProgram(redisUrl);
if (!withoutRedis && program === undefined) {
  console.warn('REDIS_URL is on another machine: the tests that start Redis servers of their own are skipped');
}
const withoutOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return true;
  }
})();

const patient = { timeout: 15_000, interval: 20 };

describe.skipIf(program === undefined)('RedisFeed and the servers it may meet:', () => {
  let directory: string;
  let statistics: RedisStatistics;
  let received: string[];
  let log: string[];
  const cleanups: (() => unknown)[] = [];

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fedistream-redis-'));
    statistics = new RedisStatistics();
    received = [];
    log = [];
    for (const level of ['log', 'warn', 'error'] as const) {
      vi.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => log.push(String(message)));
    }
    cleanups.push(() => rm(directory, { recursive: true, force: true }));
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
    vi.restoreAllMocks();
  });

  async function server(parameters: readonly string[], port?: number): Promise<OwnRedis> {
    const own = await startRedis(program as RedisProgram, ['--save', '', '--dir', directory, ...parameters], port);
    cleanups.push(() => own.stop());
    return own;
  }

  /** A client of the test's own. */
  function connect(options: RedisSettings & { readonly tls?: ConnectionOptions }): Redis {
    const { host = '127.0.0.1', port = 0, path, password, tls } = options;
    const common = { ...(password !== undefined && { password }), ...(tls && { tls }) };
    const client = new Redis(path === undefined ? { ...common, host, port } : { ...common, path });
    client.on('error', () => undefined);
    cleanups.push(() => {
      client.disconnect();
    });
    return client;
  }

  async function startFeed(settings: RedisSettings): Promise<RedisFeed> {
    const feed = new RedisFeed(settings, statistics);
    feed.addHandler(messagePattern, (text: string) => Promise.resolve(received.push(text)), true);
    await start(feed);
    cleanups.push(() => {
      feed.close();
    });
    return feed;
  }

  /** Publishes until it arrives, which is how a test finds out that a connection works again. */
  async function expectDelivery(publisher: Redis, channel: string, text: string): Promise<void> {
    await vi.waitFor(async () => {
      await publisher.publish(channel, text);
      expect(received).toContain(text);
    }, patient);
  }

  it('one that comes later than the feed', async () => {
    const port = await freePort();
    const feed = await startFeed({ host: '127.0.0.1', port });
    const followed = feed.follow('timeline:1');
    expect(feed.ready).toBe(false);
    expect(log[0]).toContain(`Cannot reach Redis: connect ECONNREFUSED 127.0.0.1:${port}`);

    await server([], port);
    await followed;
    await connect({ port }).publish('timeline:1', 'hello');
    await vi.waitFor(() => {
      expect([feed.ready, received]).toEqual([true, ['hello']]);
    }, patient);
    expect(statistics.connectionsLost).toBe(0);
  });

  it('one that is restarted and has forgotten everything', async () => {
    const first = await server([]);
    const feed = await startFeed({ url: `redis://127.0.0.1:${first.port}` });
    await feed.follow('timeline:1');
    await first.stop();
    await vi.waitFor(() => {
      expect(feed.ready).toBe(false);
    }, patient);

    await server([], first.port);
    const client = connect(first);
    await expectDelivery(client, channels.system('1'), 'control');
    await expectDelivery(client, 'timeline:1', 'hello');
    await vi.waitFor(async () => {
      expect(await client.exists('subscribed:timeline:1')).toBe(1);
    }, patient);
    expect(statistics.connectionsLost).toBe(1);
    expect(log.some((line) => /^Redis is back after [\d.]+ s; 1 channels are followed again$/.test(line))).toBe(true);
  });

  it('one that ends a subscriber which reads too slowly', async () => {
    const { port } = await server(['--client-output-buffer-limit', 'pubsub 100kb 0 0']);
    const feed = await startFeed({ port });
    await feed.follow('timeline:1');
    const client = connect({ port });
    const burst = client.multi();
    for (let index = 0; index < 40; index++) {
      burst.publish('timeline:1', 'x'.repeat(1_000_000));
    }
    await burst.exec();
    await vi.waitFor(() => {
      expect(statistics.connectionsLost).toBe(1);
    }, patient);
    await expectDelivery(client, 'timeline:1', 'goes on');
  });

  it('one that falls silent without closing the connection', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearInterval', 'clearTimeout'] });
    cleanups.push(() => vi.useRealTimers());
    const { port, pid } = await server([]);
    const feed = await startFeed({ port });
    expect(feed.ready).toBe(true);
    process.kill(pid, 'SIGSTOP');
    vi.advanceTimersByTime(30_000); // asks
    expect(feed.ready).toBe(true);
    vi.advanceTimersByTime(15_000); // has had no answer
    await vi.waitFor(() => {
      expect(feed.ready).toBe(false);
    });
  });

  it('one on a Unix socket', async () => {
    const path = join(directory, 'redis.sock');
    await server(['--unixsocket', path]);
    const feed = await startFeed({ path });
    await feed.follow('timeline:1');
    await expectDelivery(connect({ path }), 'timeline:1', 'hello');
  });

  describe('one with access rules:', () => {
    // A pattern may be subscribed when the rules hold the very same one.
    const rules = ['+@all', 'allkeys', 'resetchannels', '&timeline:*', ...controlPatterns.map((one) => `&${one}`)];

    /** A server with a user `streaming` under these rules; the default user may do everything. */
    async function serverWithUser(...userRules: string[]): Promise<{ port: number; operator: Redis }> {
      const { port } = await server([]);
      const operator = connect({ port });
      await operator.call('ACL', 'SETUSER', 'streaming', 'on', '>secret', ...userRules);
      return { port, operator };
    }

    it('a password that is wrong is told in the log, without the password', async () => {
      const { port } = await server(['--requirepass', 'right']);
      const feed = await startFeed({ port, password: 'wrong-secret' });
      expect(feed.ready).toBe(false);
      expect(log.join('\n')).toContain('WRONGPASS');
      expect(log.join('\n')).not.toContain('wrong-secret');
    });

    it('a user, its password and a database', async () => {
      const { port, operator } = await serverWithUser(...rules);
      const feed = await startFeed({ port, username: 'streaming', password: 'secret', db: 3 });
      await feed.follow('timeline:1');
      await expectDelivery(operator, 'timeline:1', 'hello');
      await operator.select(3);
      expect(await operator.exists('subscribed:timeline:1')).toBe(1);
    });

    it('a channel that is forbidden disturbs no other', async () => {
      const { port, operator } = await serverWithUser(...rules);
      const feed = await startFeed({ port, username: 'streaming', password: 'secret' });
      void feed.follow('forbidden');
      await Promise.all(['timeline:1', 'timeline:2', 'timeline:3'].map((channel) => feed.follow(channel)));
      await expectDelivery(operator, 'timeline:2', 'hello');
      await vi.waitFor(() => {
        expect(log.join('\n')).toContain('Redis refuses to subscribe forbidden');
      });
      expect(feed.ready).toBe(true);
    });

    it('presence keys that are forbidden keep nobody from following', async () => {
      const { port, operator } = await serverWithUser('+@all', 'resetkeys', 'allchannels');
      const feed = await startFeed({ port, username: 'streaming', password: 'secret' });
      await feed.follow('timeline:1');
      await expectDelivery(operator, 'timeline:1', 'hello');
      expect(statistics.commandsFailed).toBeGreaterThan(0);
      expect(log.join('\n')).toContain('Cannot set presence keys');
    });

    it('without the control channels, by which tokens are revoked, it is not ready', async () => {
      const { port } = await serverWithUser('+@all', 'allkeys', 'resetchannels', '&timeline:public');
      const feed = await startFeed({ port, username: 'streaming', password: 'secret' });
      expect(feed.ready).toBe(false);
      expect(log.join('\n')).toContain('Redis refuses to subscribe the control channels');
    });
  });

  it('a Sentinel with a password of its own, whose master changes', async () => {
    const master = await server(['--requirepass', 'pw', '--masterauth', 'pw']);
    const replica = await server([
      '--requirepass',
      'pw',
      '--masterauth',
      'pw',
      '--replicaof',
      `127.0.0.1 ${master.port}`,
      '--repl-diskless-sync-delay',
      '0',
    ]);
    const configuration = join(directory, 'sentinel.conf');
    await writeFile(
      configuration,
      [
        `sentinel monitor main 127.0.0.1 ${master.port} 1`,
        `sentinel known-replica main 127.0.0.1 ${replica.port}`,
        'sentinel auth-pass main pw',
        'requirepass sentinel-pw',
        `dir ${directory}`,
      ].join('\n'),
    );
    const sentinel = await startRedis(program as RedisProgram, [configuration, '--sentinel']);
    cleanups.push(() => sentinel.stop());
    vi.spyOn(console, 'error').mockImplementation(() => undefined); // ioredis, about the Sentinel that is not there
    const feed = await startFeed({
      sentinels: [
        { host: '127.0.0.1', port: await freePort() }, // nobody there: the next one is asked
        { host: '127.0.0.1', port: sentinel.port },
      ],
      sentinelMaster: 'main',
      sentinelPassword: 'sentinel-pw',
      password: 'pw',
    });
    await vi.waitFor(() => {
      expect(feed.ready).toBe(true);
    }, patient);
    await feed.follow('timeline:1');
    await expectDelivery(connect({ port: master.port, password: 'pw' }), 'timeline:1', 'from the first');

    const operator = connect({ port: sentinel.port, password: 'sentinel-pw' });
    await vi.waitFor(() => operator.call('sentinel', 'failover', 'main'), patient);
    await expectDelivery(connect({ port: replica.port, password: 'pw' }), 'timeline:1', 'from the second');
  }, 60_000);

  describe.skipIf(withoutOpenssl)('one that speaks TLS only:', () => {
    let tls: { ca: string; cert: string; key: string };
    let port: number;

    function openssl(...parameters: string[]): void {
      execFileSync('openssl', parameters, { cwd: directory, stdio: 'ignore' });
    }

    beforeEach(async () => {
      const subject = (name: string): string[] => [
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
        '-nodes',
        '-newkey',
        'rsa:2048',
      ];
      openssl('req', '-x509', ...subject('test authority'), '-keyout', 'ca.key', '-out', 'ca.crt');
      for (const name of ['server', 'client']) {
        openssl(
          'req',
          ...subject(name).filter((word) => word !== '-days' && word !== '2'),
          '-keyout',
          `${name}.key`,
          '-out',
          `${name}.csr`,
        );
        await writeFile(join(directory, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1');
        openssl(
          ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
          ...['-days', '2', '-extfile', 'names', '-out', `${name}.crt`],
        );
      }
      const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
      tls = { ca: await read('ca.crt'), cert: await read('client.crt'), key: await read('client.key') };
      port = await freePort();
      await server(
        [
          ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', join(directory, 'ca.crt')],
          ...['--tls-cert-file', join(directory, 'server.crt'), '--tls-key-file', join(directory, 'server.key')],
        ],
        port,
      );
    });

    it('with an authority and a client certificate of its own', async () => {
      const feed = await startFeed({ url: `rediss://localhost:${port}`, tls });
      await feed.follow('timeline:1');
      await expectDelivery(connect({ port, host: 'localhost', tls }), 'timeline:1', 'hello');
    });

    it('and is not trusted without its authority', async () => {
      const feed = await startFeed({ url: `rediss://localhost:${port}` });
      expect(feed.ready).toBe(false);
      expect(log.join('\n')).toMatch(/Cannot reach Redis: .*certificate/);
    });
  });
});

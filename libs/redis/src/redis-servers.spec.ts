import { channels } from '@fedistream/domain';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './testing/redis-process.js';
import { TestServers, eventually, program } from './testing/test-servers.js';

describe.skipIf(program === undefined)('RedisBroker', () => {
  let servers: TestServers;

  beforeEach(async () => {
    servers = await TestServers.begin();
  });

  afterEach(() => servers.end());

  it('connects to a server that starts later', async () => {
    const port = await freePort();
    const broker = await servers.broker({ host: '127.0.0.1', port });
    const subscribed = broker.subscribe('timeline:1');
    expect(broker.ready).toBe(false);
    expect(servers.log.join('\n')).toMatch(
      new RegExp(`^Redis unreachable at 127\\.0\\.0\\.1:${port} \\(ECONNREFUSED\\); retrying in 0\\.1 s$`),
    );

    await servers.server([], port);
    await subscribed;
    await servers.connect({ port }).publish('timeline:1', 'hello');
    await vi.waitFor(() => {
      expect([broker.ready, servers.received]).toEqual([true, ['hello']]);
    }, eventually);
    expect(servers.statistics.connectionsLost).toBe(0);
  });

  it('restores subscriptions and presence keys on a server that was restarted without data', async () => {
    const first = await servers.server();
    const broker = await servers.broker({ url: `redis://127.0.0.1:${first.port}` });
    await broker.subscribe('timeline:1');
    await first.stop();
    await vi.waitFor(() => {
      expect(broker.ready).toBe(false);
    }, eventually);

    await servers.server([], first.port);
    const client = servers.connect(first);
    await servers.expectDelivery(client, channels.system('1'), 'control');
    await servers.expectDelivery(client, 'timeline:1', 'hello');
    await vi.waitFor(async () => {
      expect(await client.exists('subscribed:timeline:1')).toBe(1);
    }, eventually);
    expect(servers.statistics.connectionsLost).toBe(1);
    await vi.waitFor(() => {
      expect(servers.log).toContainEqual(
        expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ is back after [\d.]+ s; 1 channels are subscribed again$/),
      );
    }, eventually);
  });

  it('writes no presence key into another database when its own does not exist', async () => {
    const { port } = await servers.server(['--databases', '2']);
    const broker = await servers.broker({ url: `redis://127.0.0.1:${port}/99` });
    void broker.subscribe('timeline:1');
    await vi.waitFor(() => {
      expect(servers.log.join('\n')).toContain('(ERR DB index is out of range); retrying in');
    }, eventually);
    expect(broker.ready).toBe(false);
    const there = await servers.broker({ port, db: 1 });
    await there.subscribe('timeline:2');
    const client = servers.connect({ port });
    expect(await client.keys('*')).toEqual([]);
    await client.select(1);
    expect(await client.keys('*')).toEqual(['subscribed:timeline:2']);
    expect(servers.log.filter((line) => line.startsWith('Connected to Redis'))).toHaveLength(1);
  });

  it('reconnects when the server has disconnected it for reading too slowly', async () => {
    const { port } = await servers.server(['--client-output-buffer-limit', 'pubsub 100kb 0 0']);
    const broker = await servers.broker({ port });
    await broker.subscribe('timeline:1');
    const client = servers.connect({ port });
    const burst = client.multi();
    for (let index = 0; index < 40; index++) {
      burst.publish('timeline:1', 'x'.repeat(1_000_000));
    }
    await burst.exec();
    await vi.waitFor(() => {
      expect(servers.statistics.connectionsLost).toBe(1);
    }, eventually);
    await servers.expectDelivery(client, 'timeline:1', 'continues');
  });

  it('is not ready 45 s after the server stopped answering without closing the connection', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearInterval', 'clearTimeout'] });
    servers.onEnd(() => vi.useRealTimers());
    const { port, pid } = await servers.server();
    const broker = await servers.broker({ port });
    expect(broker.ready).toBe(true);
    process.kill(pid, 'SIGSTOP');
    vi.advanceTimersByTime(30_000); // asks
    expect(broker.ready).toBe(true);
    vi.advanceTimersByTime(15_000); // has had no answer
    await vi.waitFor(() => {
      expect(broker.ready).toBe(false);
    });
  });

  it.each(['path', 'url'] as const)('connects to a Unix socket named by the setting %s', async (setting) => {
    const path = join(servers.directory, 'redis.sock');
    await servers.server(['--unixsocket', path]);
    const broker = await servers.broker(setting === 'path' ? { path } : { url: `unix://${path}?db=2` });
    await broker.subscribe('timeline:1');
    await servers.expectDelivery(servers.connect({ path }), 'timeline:1', 'hello');
  });

  it('follows a failover that a Sentinel with a password announces', async () => {
    const master = await servers.server(['--requirepass', 'pw', '--masterauth', 'pw']);
    const replica = await servers.server([
      '--requirepass',
      'pw',
      '--masterauth',
      'pw',
      '--replicaof',
      `127.0.0.1 ${master.port}`,
      '--repl-diskless-sync-delay',
      '0',
    ]);
    const configuration = join(servers.directory, 'sentinel.conf');
    await writeFile(
      configuration,
      [
        `sentinel monitor main 127.0.0.1 ${master.port} 1`,
        `sentinel known-replica main 127.0.0.1 ${replica.port}`,
        'sentinel auth-pass main pw',
        'requirepass sentinel-pw',
        `dir ${servers.directory}`,
      ].join('\n'),
    );
    const sentinel = await servers.start([configuration, '--sentinel']);
    const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
    const broker = await servers.broker({
      sentinels: [
        { host: '127.0.0.1', port: await freePort() }, // not running: the client uses the next one
        { host: '127.0.0.1', port: sentinel.port },
      ],
      sentinelMaster: 'main',
      sentinelPassword: 'sentinel-pw',
      password: 'pw',
    });
    await vi.waitFor(() => {
      expect(broker.ready).toBe(true);
    }, eventually);
    await broker.subscribe('timeline:1');
    await servers.expectDelivery(
      servers.connect({ port: master.port, password: 'pw' }),
      'timeline:1',
      'from the first',
    );

    const operator = servers.connect({ port: sentinel.port, password: 'sentinel-pw' });
    await vi.waitFor(() => operator.call('sentinel', 'failover', 'main'), eventually);
    await servers.expectDelivery(
      servers.connect({ port: replica.port, password: 'pw' }),
      'timeline:1',
      'from the second',
    );
    expect(servers.statistics.connectionsLost).toBe(1);
    printed.forEach((print) => {
      expect(print).not.toHaveBeenCalled();
    });
  }, 60_000);
});

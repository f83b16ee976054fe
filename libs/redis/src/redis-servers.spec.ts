import { channels } from '@fedistream/domain';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from './testing/own-redis.js';
import { OwnServers, patient, program } from './testing/own-servers.js';

describe.skipIf(program === undefined)('RedisFeed and the servers it may meet:', () => {
  let own: OwnServers;

  beforeEach(async () => {
    own = await OwnServers.begin();
  });

  afterEach(() => own.end());

  it('one that comes later than the broker', async () => {
    const port = await freePort();
    const broker = await own.broker({ host: '127.0.0.1', port });
    const followed = broker.subscribe('timeline:1');
    expect(broker.ready).toBe(false);
    expect(own.log[0]).toContain(`Cannot reach Redis: connect ECONNREFUSED 127.0.0.1:${port}`);

    await own.server([], port);
    await followed;
    await own.connect({ port }).publish('timeline:1', 'hello');
    await vi.waitFor(() => {
      expect([broker.ready, own.received]).toEqual([true, ['hello']]);
    }, patient);
    expect(own.statistics.connectionsLost).toBe(0);
  });

  it('one that is restarted and has forgotten everything', async () => {
    const first = await own.server();
    const broker = await own.broker({ url: `redis://127.0.0.1:${first.port}` });
    await broker.subscribe('timeline:1');
    await first.stop();
    await vi.waitFor(() => {
      expect(broker.ready).toBe(false);
    }, patient);

    await own.server([], first.port);
    const client = own.connect(first);
    await own.expectDelivery(client, channels.system('1'), 'control');
    await own.expectDelivery(client, 'timeline:1', 'hello');
    await vi.waitFor(async () => {
      expect(await client.exists('subscribed:timeline:1')).toBe(1);
    }, patient);
    expect(own.statistics.connectionsLost).toBe(1);
    expect(own.log.some((line) => /^Redis is back after [\d.]+ s; 1 channels are followed again$/.test(line))).toBe(
      true,
    );
  });

  it('one that has no database of this number, and gets no key in another', async () => {
    const { port } = await own.server(['--databases', '2']);
    const broker = await own.broker({ url: `redis://127.0.0.1:${port}/99` });
    void broker.subscribe('timeline:1');
    await vi.waitFor(() => {
      expect(own.log.join('\n')).toContain('Cannot reach Redis: ERR DB index is out of range');
    }, patient);
    expect(broker.ready).toBe(false);
    const there = await own.broker({ port, db: 1 });
    await there.subscribe('timeline:2');
    const client = own.connect({ port });
    expect(await client.keys('*')).toEqual([]);
    await client.select(1);
    expect(await client.keys('*')).toEqual(['subscribed:timeline:2']);
    expect(own.log.filter((line) => line === 'Connected to Redis')).toHaveLength(1);
  });

  it('one that ends a subscriber which reads too slowly', async () => {
    const { port } = await own.server(['--client-output-buffer-limit', 'pubsub 100kb 0 0']);
    const broker = await own.broker({ port });
    await broker.subscribe('timeline:1');
    const client = own.connect({ port });
    const burst = client.multi();
    for (let index = 0; index < 40; index++) {
      burst.publish('timeline:1', 'x'.repeat(1_000_000));
    }
    await burst.exec();
    await vi.waitFor(() => {
      expect(own.statistics.connectionsLost).toBe(1);
    }, patient);
    await own.expectDelivery(client, 'timeline:1', 'goes on');
  });

  it('one that falls silent without closing the connection', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearInterval', 'clearTimeout'] });
    own.finally(() => vi.useRealTimers());
    const { port, pid } = await own.server();
    const broker = await own.broker({ port });
    expect(broker.ready).toBe(true);
    process.kill(pid, 'SIGSTOP');
    vi.advanceTimersByTime(30_000); // asks
    expect(broker.ready).toBe(true);
    vi.advanceTimersByTime(15_000); // has had no answer
    await vi.waitFor(() => {
      expect(broker.ready).toBe(false);
    });
  });

  it('one on a Unix socket', async () => {
    const path = join(own.directory, 'redis.sock');
    await own.server(['--unixsocket', path]);
    const broker = await own.broker({ path });
    await broker.subscribe('timeline:1');
    await own.expectDelivery(own.connect({ path }), 'timeline:1', 'hello');
  });

  it('a Sentinel with a password of its own, whose master changes', async () => {
    const master = await own.server(['--requirepass', 'pw', '--masterauth', 'pw']);
    const replica = await own.server([
      '--requirepass',
      'pw',
      '--masterauth',
      'pw',
      '--replicaof',
      `127.0.0.1 ${master.port}`,
      '--repl-diskless-sync-delay',
      '0',
    ]);
    const configuration = join(own.directory, 'sentinel.conf');
    await writeFile(
      configuration,
      [
        `sentinel monitor main 127.0.0.1 ${master.port} 1`,
        `sentinel known-replica main 127.0.0.1 ${replica.port}`,
        'sentinel auth-pass main pw',
        'requirepass sentinel-pw',
        `dir ${own.directory}`,
      ].join('\n'),
    );
    const sentinel = await own.start([configuration, '--sentinel']);
    vi.spyOn(console, 'error').mockImplementation(() => undefined); // ioredis, about the Sentinel that is not there
    const broker = await own.broker({
      sentinels: [
        { host: '127.0.0.1', port: await freePort() }, // nobody there: the next one is asked
        { host: '127.0.0.1', port: sentinel.port },
      ],
      sentinelMaster: 'main',
      sentinelPassword: 'sentinel-pw',
      password: 'pw',
    });
    await vi.waitFor(() => {
      expect(broker.ready).toBe(true);
    }, patient);
    await broker.subscribe('timeline:1');
    await own.expectDelivery(own.connect({ port: master.port, password: 'pw' }), 'timeline:1', 'from the first');

    const operator = own.connect({ port: sentinel.port, password: 'sentinel-pw' });
    await vi.waitFor(() => operator.call('sentinel', 'failover', 'main'), patient);
    await own.expectDelivery(own.connect({ port: replica.port, password: 'pw' }), 'timeline:1', 'from the second');
  }, 60_000);
});

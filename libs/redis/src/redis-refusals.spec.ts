import { rm } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually, program, TestServers } from './testing/test-servers.js';

/** Redis that accepts connections and refuses commands. */
describe.skipIf(program === undefined)('RedisBroker on a server that refuses commands', () => {
  let servers: TestServers;
  let printed: (() => void)[];

  beforeEach(async () => {
    servers = await TestServers.begin();
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    const spies = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
    printed = [
      () => {
        process.off('warning', onWarning);
        expect(warnings).toEqual([]);
      },
      ...spies.map((spy) => () => {
        expect(spy).not.toHaveBeenCalled();
      }),
    ];
  });

  afterEach(async () => {
    printed.forEach((check) => {
      check();
    });
    await servers.end();
  });

  const lines = (text: string): string[] => servers.log.filter((line) => line.includes(text));

  /** How many commands Redis has refused with this error. */
  async function refusals(operator: Redis, error: string): Promise<number> {
    return Number(new RegExp(`errorstat_${error}:count=(\\d+)`).exec(await operator.info('errorstats'))?.[1] ?? 0);
  }

  /** Waits until Redis has refused more commands with this error: the broker has tried again several times. */
  async function refusedAgain(operator: Redis, error: string, times = 4): Promise<void> {
    const before = await refusals(operator, error);
    await vi.waitFor(async () => {
      expect(await refusals(operator, error)).toBeGreaterThanOrEqual(before + times);
    }, eventually);
  }

  it('because it is a read-only replica: new subscriptions wait, with one log line and few connections', async () => {
    const { port } = await servers.server();
    const broker = await servers.broker({ port });
    await broker.subscribe('timeline:0');
    const operator = servers.connect({ port });
    await operator.replicaof('127.0.0.1', 1);
    await operator.config('SET', 'replica-serve-stale-data', 'yes');
    const connectionsBefore = await connectionsReceived();

    const many = Array.from({ length: 300 }, (_, index) => broker.subscribe(`timeline:${index + 1}`));
    let confirmed = 0;
    many.forEach((subscribed) => void subscribed.then(() => confirmed++));
    await vi.waitFor(() => {
      expect(broker.ready).toBe(false);
    }, eventually);
    expect(servers.statistics.presenceFailing).toBe(true);
    // Each attempt writes all keys. Four attempts have pauses of at least 50, 250 and 250 ms between them.
    const watchedFrom = performance.now();
    await refusedAgain(operator, 'READONLY', 4 * many.length);
    expect(performance.now() - watchedFrom).toBeGreaterThan(500);
    expect(confirmed).toBe(0);
    // A new connection may lead to another server, so each attempt may open one.
    const connections = (await connectionsReceived()) - connectionsBefore;
    expect(connections).toBeLessThanOrEqual(Math.ceil((await refusals(operator, 'READONLY')) / many.length) + 1);
    expect(lines('READONLY')).toHaveLength(1);
    expect(lines('READONLY')[0]).toMatch(
      /^Cannot write presence keys \(READONLY .*\); new clients are refused until it succeeds/,
    );
    await servers.expectDelivery(operator, 'timeline:0', 'open streams go on');

    await operator.replicaof('NO', 'ONE');
    await Promise.all(many);
    await vi.waitFor(() => {
      expect(broker.ready).toBe(true);
    }, eventually);
    expect(await operator.exists('subscribed:timeline:300')).toBe(1);
    expect([lines('Presence keys are written again').length, servers.statistics.presenceFailing]).toEqual([1, false]);

    async function connectionsReceived(): Promise<number> {
      return Number(/total_connections_received:(\d+)/.exec(await operator.info('stats'))?.[1]);
    }
  }, 30_000);

  it('because its memory is full: it is not ready, also without a client, until memory is free', async () => {
    const { port } = await servers.server(['--maxmemory', '1mb', '--maxmemory-policy', 'noeviction']);
    const operator = servers.connect({ port });
    await operator.config('SET', 'maxmemory', '1');
    const broker = await servers.broker({ port });
    await vi.waitFor(() => {
      expect(lines('OOM command not allowed')).toHaveLength(1);
    }, eventually);
    expect(broker.ready).toBe(false);
    await operator.config('SET', 'maxmemory', '0');
    await vi.waitFor(() => {
      expect(broker.ready).toBe(true);
    }, eventually);
    expect(await operator.keys('*')).toEqual([]);
  });

  it('because its disk is full: a new subscription is confirmed once its key is written', async () => {
    const { port } = await servers.start(['--save', '3600 1', '--dir', servers.directory]);
    const operator = servers.connect({ port });
    const broker = await servers.broker({ port });
    await rm(servers.directory, { recursive: true });
    await operator.call('BGSAVE');
    await vi.waitFor(async () => {
      expect(await operator.info('persistence')).toContain('rdb_last_bgsave_status:err');
    }, eventually);
    let confirmed = false;
    const subscribed = broker.subscribe('timeline:1').then(() => {
      confirmed = true;
    });
    await vi.waitFor(() => {
      expect([broker.ready, lines('MISCONF').length]).toEqual([false, 1]);
    }, eventually);
    expect(confirmed).toBe(false);
    await operator.config('SET', 'stop-writes-on-bgsave-error', 'no');
    await subscribed;
    expect(await operator.exists('subscribed:timeline:1')).toBe(1);
  });

  it('because ACL rules forbid presence keys: it is not ready, and logs the error', async () => {
    const { port } = await servers.server();
    const operator = servers.connect({ port });
    await operator.call('ACL', 'SETUSER', 'streaming', 'on', '>secret', '+@all', 'resetkeys', 'allchannels');
    const broker = await servers.broker({ port, username: 'streaming', password: 'secret' });
    await vi.waitFor(() => {
      expect(lines('Cannot write presence keys (NOPERM')).toHaveLength(1);
    }, eventually);
    expect([broker.ready, servers.statistics.commandsFailed > 0]).toEqual([false, true]);
  });

  it('because it has too many clients: it logs the error of Redis, not EPIPE', async () => {
    const { port } = await servers.server(['--maxclients', '1']);
    const operator = servers.connect({ port });
    await operator.ping();
    const broker = await servers.broker({ port });
    await vi.waitFor(() => {
      expect(lines('ERR max number of clients reached')).toHaveLength(1);
    }, eventually);
    expect(broker.ready).toBe(false);
    await operator.config('SET', 'maxclients', '10');
    await vi.waitFor(() => {
      expect(broker.ready).toBe(true);
    }, eventually);
  });

  it('because it requires a password: it logs one line for both connections', async () => {
    const { port } = await servers.server(['--requirepass', 'secret']);
    const broker = await servers.broker({ port });
    await vi.waitFor(() => {
      expect(lines('NOAUTH')).toHaveLength(1);
    }, eventually);
    await refusedAgain(servers.connect({ port, password: 'secret' }), 'NOAUTH');
    expect(broker.ready).toBe(false);
    expect(servers.log).toHaveLength(1);
  });
});

import { startSentinel } from '@fedistream/services';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import {
  openTestEnvironment,
  ownRedis,
  publishEvent,
  RedisPublisher,
  Server,
  until,
  untilMetric,
} from '../support/index.js';
import { resumingEventStream, type ResumedClient } from './resuming-clients.js';

const from = ['system', 'debian'] as const;

/** A master, its replica and a Sentinel. */
async function startRedises(test: TestContext) {
  const master = await ownRedis(test, { from });
  onTestFinished(() => master.stop());
  const replica = await ownRedis(test, { from, args: ['--replicaof', '127.0.0.1', String(master.port)] });
  onTestFinished(() => replica.stop());
  const sentinel = await startSentinel(master, { from, progress: () => undefined });
  onTestFinished(() => sentinel.stop());
  return { master, replica, sentinel };
}

function operatorOf(url: string): Redis {
  const operator = new Redis(url);
  operator.on('error', () => undefined);
  onTestFinished(() => {
    operator.disconnect();
  });
  return operator;
}

function publisherOf(url: string): RedisPublisher {
  const publisher = new RedisPublisher(url, undefined);
  onTestFinished(() => publisher.close());
  return publisher;
}

/** The connections of a server that records. */
const connections = [
  ...['subscriber', 'presence', 'recorder', 'recorder-platform', 'recorder-writer'],
  ...['history-fences', 'history-reader', 'history-listener', 'history-tickets'],
];

const connectionsOf = async (operator: Redis) =>
  Array.from(String(await operator.client('LIST')).matchAll(/ name=(fedistream-\S+)/g), ([, name]) => name);

const idsOf = (client: ResumedClient) => client.events().map(({ payload = '' }) => payload);

describe('after a failover by Sentinels', () => {
  it('the history leaves the old master, which still accepts its connections; a client that was away receives all, or is told', async (test) => {
    const { master, replica, sentinel } = await startRedises(test);
    const environment = await openTestEnvironment({ broker: 'memory' });
    onTestFinished(() => environment.stop());
    const server = await Server.start({
      DATABASE_URL: environment.env['DATABASE_URL'] ?? '',
      REDIS_SENTINELS: `127.0.0.1:${sentinel.port}`,
      REDIS_SENTINEL_MASTER: 'mymaster',
      HISTORY: 'on',
    });
    onTestFinished(() => server.stop().then(() => undefined));
    await untilMetric(server, 'fedistream_history_recording', {}, 1);
    const viewer = await environment.fixtures.viewer();
    const open = (since?: string) => resumingEventStream.open(server, { token: viewer.token, stream: 'user' }, since);
    const publish = async (publisher: RedisPublisher, ...ids: string[]) => {
      for (const id of ids) {
        await publishEvent(publisher, `timeline:${viewer.account.id}`, 'delete', id);
      }
    };
    /** Leaves, and comes back when something was published: what it was given. */
    const away = async (publisher: RedisPublisher, ids: readonly string[], meanwhile?: () => Promise<unknown>) => {
      const before = await until('a client is told a position', async () => {
        const client = await open();
        const known = await Promise.race([client.position(), new Promise((resolve) => setTimeout(resolve, 500))]);
        return known === undefined ? client.close().then(() => undefined) : client;
      });
      await publish(publisher, ...ids.slice(0, 1));
      await until('the first event', () => idsOf(before).length === 1);
      const position = await before.position();
      await before.close();
      await publish(publisher, ...ids.slice(1));
      await meanwhile?.();
      const after = await open(position);
      const recovered = after.recovered;
      await until('what was missed', () => recovered === false || idsOf(after).length === ids.length - 1);
      const given = idsOf(after);
      await after.close();
      return { recovered, given };
    };
    const [old, promoted] = [operatorOf(master.url), operatorOf(replica.url)];
    const sentinels = operatorOf(`redis://127.0.0.1:${sentinel.port}`);

    expect(await away(publisherOf(master.url), ['1', '2'])).toEqual({ recovered: true, given: ['2'] });

    // The Sentinel cannot reach into the old master: it stays one, and closes no connection.
    await old.call('ACL', 'SETUSER', 'default', '-replicaof', '-slaveof');
    const publisher = publisherOf(replica.url);
    const during = await away(publisherOf(master.url), ['3', '4'], async () => {
      await until('the failover', () =>
        sentinels.call('sentinel', 'failover', 'mymaster').then(
          () => true,
          () => false,
        ),
      );
      await until('the replica is the master', async () => (await promoted.role())[0] === 'master');
      await until('all connections of the server have left the old one', async () => {
        const [left, arrived] = await Promise.all([connectionsOf(old), connectionsOf(promoted)]);
        return left.length === 0 && connections.every((name) => arrived.includes(`fedistream-${name}`));
      });
      await publish(publisher, '5');
    });
    expect((await old.role())[0]).toBe('master');
    expect([
      { recovered: true, given: ['4', '5'] },
      { recovered: false, given: [] },
    ]).toContainEqual(during);

    await untilMetric(server, 'fedistream_history_recording', {}, 1);
    expect(await away(publisher, ['6', '7', '8'])).toEqual({ recovered: true, given: ['7', '8'] });
  });
});

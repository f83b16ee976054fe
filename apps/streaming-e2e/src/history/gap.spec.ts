import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import {
  authorization,
  EventStreamClient,
  eventStreamUrl,
  openTestEnvironment,
  ownRedis,
  publishEvent,
  Server,
  until,
  untilMetric,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';

/** A server that records, and one that serves clients only, on a Redis of their own. */
async function twoServers(test: TestContext): Promise<{ environment: RedisTestEnvironment; serving: Server }> {
  const redis = await ownRedis(test);
  onTestFinished(() => redis.stop());
  const environment = await openTestEnvironment({ redisUrl: redis.url, env: { HISTORY: 'on' } });
  onTestFinished(() => environment.stop());
  const serving = await Server.start({ ...environment.env, ROLE: 'streaming' });
  onTestFinished(() => serving.stop().then(() => undefined));
  return { environment, serving };
}

/** Ends the connection over which the server that started last receives messages. */
async function cutNewestSubscriber({ publisher: { client } }: RedisTestEnvironment): Promise<void> {
  const list = String(await client.client('LIST'));
  const ids = Array.from(list.matchAll(/^id=(\d+) .*name=fedistream-subscriber /gm), ([, id]) => Number(id));
  await client.client('KILL', 'ID', Math.max(...ids));
}

const protocolEvents = ['checkpoint', 'resumed', 'stream.gap'];

/** Three clients of one viewer: two that follow their positions, and one of a library that does not know of them. */
async function threeClients(server: Server, viewer: Viewer) {
  const wanted = { token: viewer.token, stream: 'user' };
  const query = (params: Record<string, string>) => webSocketUrl(server, { ...wanted, params });
  const clients: readonly (EventStreamClient | WebSocketClient)[] = [
    await EventStreamClient.open(eventStreamUrl(server, wanted), authorization(viewer)),
    await WebSocketClient.open(query({ resume: '1' })),
    await WebSocketClient.open(query({})),
  ];
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
  });
  return clients;
}

/** What a client was sent: ids of deletes, and events of the protocol by their names. */
const received = ({ received: events }: EventStreamClient | WebSocketClient) =>
  events
    .filter(({ event }) => event !== 'checkpoint')
    .map(({ event, payload = '' }) => (protocolEvents.includes(event) ? event : payload));

describe('clients of a server that loses Redis while another server records', () => {
  async function cutOff(test: TestContext, meanwhile: (environment: RedisTestEnvironment) => Promise<unknown>) {
    const { environment, serving } = await twoServers(test);
    const viewer = await environment.fixtures.viewer();
    const publish = async (...ids: string[]) => {
      for (const id of ids) {
        await publishEvent(environment.publisher, `timeline:${viewer.account.id}`, 'delete', id);
      }
    };
    // Clients are told positions once a recorder has announced itself.
    await untilMetric(environment.server, 'fedistream_history_recording', {}, 1);
    const clients = await threeClients(serving, viewer);
    await until('the server tells positions', async () => {
      await publish('0');
      return clients.some(({ received: events }) => events.some(({ raw }) => raw.includes('"id"')));
    });
    await publish('1', '2', '3');
    await until('the first events', () => clients.every((client) => received(client).includes('3')));

    serving.signal('SIGSTOP');
    await cutNewestSubscriber(environment);
    await publish('4', '5', '6');
    await meanwhile(environment);
    serving.signal('SIGCONT');
    await publish('7');
    await until('the live event', async () => {
      await publish('8');
      return clients.every((client) => received(client).includes('8'));
    });
    return clients.map((client) => {
      const all = received(client);
      return all.slice(all.lastIndexOf('0') + 1, all.indexOf('8'));
    });
  }

  it('stay connected, and receive what it has missed, once and in order', async (test) => {
    const all = ['1', '2', '3', '4', '5', '6', '7'];
    expect(await cutOff(test, () => Promise.resolve())).toEqual([all, all, all]);
  });

  it('stay connected, and are told where it cannot be fetched, if they follow their positions', async (test) => {
    const forget = async ({ publisher }: RedisTestEnvironment) => {
      const [state = ''] = await publisher.client.keys(publisher.prefixed('history:state'));
      const epoch = (await publisher.client.hget(state, 'epoch')) ?? '';
      const streams = await publisher.client.keys(publisher.prefixed(`history:${epoch}:s:*`));
      await publisher.client.del(...streams);
    };
    const [eventStream, webSocket, plain] = await cutOff(test, forget);
    const before = ['1', '2', '3'];
    expect(eventStream?.slice(0, 4)).toEqual([...before, 'stream.gap']);
    expect(webSocket?.slice(0, 4)).toEqual([...before, 'resumed']);
    for (const ids of [eventStream, webSocket, plain]) {
      expect(ids?.filter((id) => ['4', '5', '6'].includes(id))).toEqual([]);
      // Live events have gone on.
      expect(new Set(ids).size).toBe(ids?.length);
    }
    expect(plain?.filter((id) => protocolEvents.includes(id))).toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openReader } from '../clients/streams.js';
import {
  openTestEnvironment,
  publishEvent,
  Server,
  Switch,
  until,
  untilMetric,
  WebSocketClient,
  type RedisTestEnvironment,
} from '../support/index.js';
import { followByHand, followByMasto, followByMegalodon, type Following, type HomeReader } from './following.js';

describe('clients of unmodified WebSocket libraries, in a planned restart of their server', () => {
  let environment: RedisTestEnvironment;
  let address: Switch;
  const following: Following[] = [];
  let numbers = 0;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { HISTORY: 'on', DRAIN_SECONDS: '1' } });
    address = await Switch.to(environment.server.port);
  });

  afterAll(async () => {
    address.close();
    await environment.stop();
  });

  beforeEach(() => {
    // masto and megalodon log every lost connection to the console.
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });

  afterEach(() => {
    for (const client of following.splice(0)) {
      client.close();
    }
    vi.restoreAllMocks();
  });

  async function publish(count: number, accounts: readonly string[]): Promise<void> {
    for (let index = 0; index < count; index++) {
      numbers += 1;
      for (const account of accounts) {
        await publishEvent(environment.publisher, `timeline:${account}`, 'delete', String(numbers));
      }
    }
  }

  /** Follows home timelines over five kinds of client, in the order of these readers. */
  function open(readers: readonly HomeReader[]): void {
    const { port } = address;
    const ways: ((reader: HomeReader) => Following)[] = [
      (reader) => followByMasto(port, reader),
      (reader) => followByMegalodon(port, reader),
      (reader) => followByHand(port, reader, { name: 'by query', byQuery: true }),
      (reader) => followByHand(port, reader, { name: 'by frame' }),
      (reader) => followByHand(port, reader, { name: 'by frame, reading slowly', pauseMs: 20 }),
    ];
    readers.forEach((reader, index) => following.push((ways[index] as (typeof ways)[number])(reader)));
  }

  /** Starts a server beside the first one, which records. Settles when the second one stands by to record. */
  async function startSecond(): Promise<Server> {
    const { client } = environment.publisher;
    await untilMetric(environment.server, 'fedistream_history_recording', {}, 1);
    const second = await Server.start(environment.env);
    await until('a recorder stands by', async () => {
      const [, listeners] = (await client.pubsub(
        'NUMSUB',
        environment.publisher.prefixed('history:marker'),
      )) as number[];
      // Each server listens for its clients, and each recorder for itself.
      return listeners === 4;
    });
    return second;
  }

  /** Restarts the server while events are published; the events that each client receives from the first of the last 20 before it. */
  async function restarted(channels: readonly string[]): Promise<{ readonly expected: readonly string[] }> {
    const second = await startSecond();
    const caughtUp = () => following.every((client) => client.ids().includes(String(numbers)));
    await until('all are subscribed', async () => {
      await publish(1, channels);
      return following.every((client) => client.ids().length > 0);
    });
    const first = numbers + 1;
    await publish(20, channels);
    await until('the first events', caughtUp);

    address.switchTo(second.port);
    let stopping = true as boolean;
    const stopped = environment.server.stop().then(() => (stopping = false));
    while (stopping) {
      await publish(1, channels);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await stopped;
    Object.assign(environment, { server: second });
    await publish(20, channels);
    // megalodon waits for 10 s before it reconnects.
    await until('all have caught up', caughtUp, 30_000);
    await publish(3, channels);
    await until('the live events', caughtUp);
    return { expected: Array.from({ length: numbers - first + 1 }, (_, index) => String(first + index)) };
  }

  it('receive everything once and in order', async () => {
    const readers = await Promise.all(Array.from({ length: 5 }, () => openReader(environment.fixtures)));
    open(readers);
    const { expected } = await restarted(readers.map(({ account }) => account));
    for (const client of following) {
      const ids = client.ids();
      expect([client.name, ids.slice(ids.indexOf(expected[0] ?? ''))]).toEqual([client.name, expected]);
    }
  });

  it('miss nothing where five of them use one token: then an event may be repeated', async () => {
    const reader = await openReader(environment.fixtures);
    open(Array.from({ length: 5 }, () => reader));
    const { expected } = await restarted([reader.account]);
    for (const client of following) {
      const ids = client.ids();
      const inOrder = [...new Set(ids.slice(ids.indexOf(expected[0] ?? '')))];
      expect([client.name, inOrder]).toEqual([client.name, expected]);
    }
  });

  it('are told nothing of it: frames have no members that they do not know', async () => {
    const other = await openReader(environment.fixtures);
    const second = await startSecond();
    const url = (server: Server) => {
      const wanted = server.url('/api/v1/streaming', 'ws');
      wanted.searchParams.set('stream', 'user');
      wanted.searchParams.set('access_token', other.token);
      return wanted;
    };
    const before = await WebSocketClient.open(url(environment.server));
    await until('it is subscribed', async () => {
      await publish(1, [other.account]);
      return before.received.length > 0;
    });
    await environment.server.stop();
    await publish(2, [other.account]);
    const after = await WebSocketClient.open(url(second));
    await until('what it missed', () => after.received.length === 2);
    expect(after.frames).toEqual(
      [numbers - 1, numbers].map((id) => `{"stream":["user"],"event":"delete","payload":"${id}"}`),
    );
    await after.close();
    // The first one may not have been the client of the restart: one that comes later misses nothing either.
    const third = await WebSocketClient.open(url(second));
    await publish(1, [other.account]);
    await until('what it missed, and a live event', () => third.received.length >= 3);
    expect(third.received.map(({ payload }) => payload)).toEqual(
      [numbers - 2, numbers - 1, numbers].map((id) => String(id)),
    );
    await third.close();
    Object.assign(environment, { server: second });
  });
});

import { freePort, MissingServerError, startProgram } from '@fedistream/services';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi, type TestContext } from 'vitest';
import { openReader } from '../clients/streams.js';
import { nginx, nginxArguments, shippedNginx } from '../field/nginx.js';
import { httpRequest, openTestEnvironment, Server, streamingPath, until } from '../support/index.js';
import {
  followByEventSource,
  followByHand,
  followByMasto,
  followByMegalodon,
  type Following,
  type HomeReader,
} from './following.js';

/** `HISTORY_CLIENTS=500` runs it with as many clients; it takes minutes, and a core for each hundred of them. */
const clientCount = Number(process.env['HISTORY_CLIENTS'] ?? 0);
/** Accounts to which each event is published: 50 events a second, and each account receives about one of them. */
const accountsPerEvent = Math.ceil(clientCount / 50);
const eventPauseMs = 20;

const ways: ((port: number, reader: HomeReader) => Following)[] = [
  followByEventSource,
  followByMasto,
  followByMegalodon,
  (port, reader) => followByHand(port, reader, { name: 'ws by query', byQuery: true, reconnectMs: 1_000 }),
  (port, reader) => followByHand(port, reader, { name: 'ws by frame', reconnectMs: 1_000 }),
];

/** What the clients of one library have missed and received twice. */
interface Outcome {
  readonly clients: number;
  readonly expected: number;
  lost: number;
  repeated: number;
  outOfOrder: number;
}

/** Restarts both of two servers behind nginx, one after the other, while events are published. */
async function rollingRestart(test: TestContext, history: 'on' | 'off'): Promise<Record<string, Outcome>> {
  const environment = await openTestEnvironment({ env: { HISTORY: history } });
  onTestFinished(() => environment.stop());
  const [first, second] = await Promise.all([freePort(), freePort()]);
  const start = (port: number) =>
    Server.start({ ...environment.env, PORT: String(port), DRAIN_DELAY_SECONDS: '2', DRAIN_SECONDS: '3' });
  const servers = new Map([
    [first, await start(first)],
    [second, await start(second)],
  ]);
  onTestFinished(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  });
  const proxy = await startProgram(nginx.program, {
    configuration: (own, directory) => shippedNginx(own, [first, second], directory).replace('256;', '4096;'),
    args: nginxArguments,
    ready: (own) =>
      httpRequest(new URL(`${streamingPath}/health`, `http://127.0.0.1:${own}`)).then(
        ({ status }) => status === 200,
        () => false,
      ),
  }).catch((error: unknown) => {
    if (error instanceof MissingServerError) {
      test.skip(error.message);
    }
    throw error;
  });
  onTestFinished(() => proxy.stop());
  const { port } = proxy;

  const readers: HomeReader[] = [];
  while (readers.length < clientCount) {
    readers.push(...(await Promise.all(Array.from({ length: 10 }, () => openReader(environment.fixtures)))));
  }
  const following = readers.map((reader, index) => (ways[index % ways.length] as (typeof ways)[number])(port, reader));
  onTestFinished(() => {
    following.forEach((client) => {
      client.close();
    });
  });
  let numbers = 0;
  const expected = readers.map((): string[] => []);
  const publish = async (to: readonly number[]) => {
    const id = String(++numbers);
    const pipeline = environment.publisher.client.pipeline();
    for (const index of to) {
      expected[index]?.push(id);
      const channel = `timeline:${readers[index]?.account ?? ''}`;
      pipeline.publish(environment.publisher.prefixed(channel), JSON.stringify({ event: 'delete', payload: id }));
    }
    await pipeline.exec();
  };
  const everyReader = readers.map((_, index) => index);
  await until(
    'all are subscribed',
    async () => {
      await publish(everyReader);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return following.every((client) => client.ids().length > 0);
    },
    120_000,
  );
  // What came before a client was subscribed does not count.
  await publish(everyReader);
  expected.forEach((ids) => ids.splice(0, ids.length - 1));
  const from = String(numbers);

  let publishing = true as boolean;
  const published = (async () => {
    for (let next = 0; publishing; next += accountsPerEvent) {
      await publish(Array.from({ length: accountsPerEvent }, (_, offset) => (next + offset) % readers.length));
      await new Promise((resolve) => setTimeout(resolve, eventPauseMs));
    }
  })();
  for (const [own, server] of servers) {
    await server.stop();
    servers.set(own, await start(own));
    // megalodon comes back after 10 s.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
  }
  publishing = false;
  await published;
  const last = numbers + 1;
  await until(
    'all are back',
    async () => {
      await publish(everyReader);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return following.every((client) => Number(client.ids().at(-1)) >= last);
    },
    60_000,
  ).catch(() => undefined); // Then its clients have lost what follows.

  const outcomes: Record<string, Outcome> = {};
  following.forEach((client, index) => {
    const all = client.ids();
    const ids = all.slice(all.indexOf(from)).filter((id) => Number(id) <= last);
    const own = (expected[index] ?? []).filter((id) => Number(id) <= last);
    const outcome = (outcomes[client.name] ??= { clients: 0, expected: 0, lost: 0, repeated: 0, outOfOrder: 0 });
    const received = new Set(ids);
    Object.assign(outcome, { clients: outcome.clients + 1, expected: outcome.expected + own.length });
    outcome.lost += own.filter((id) => !received.has(id)).length;
    outcome.repeated += ids.length - received.size;
    outcome.outOfOrder += ids.filter((id, at) => at > 0 && Number(id) < Number(ids[at - 1])).length;
  });
  return outcomes;
}

describe.skipIf(clientCount === 0)(
  'unmodified clients of two servers behind nginx that are restarted one after the other',
  () => {
    beforeEach(() => {
      // masto and megalodon log every lost connection to the console.
      vi.spyOn(console, 'log').mockImplementation(() => undefined);
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
    });

    afterEach(() => {
      vi.restoreAllMocks();
    });

    it('receive every event once and in order with a history', async (test) => {
      const outcomes = await rollingRestart(test, 'on');
      vi.restoreAllMocks();
      console.log(JSON.stringify(outcomes));
      for (const [name, { lost, repeated, outOfOrder }] of Object.entries(outcomes)) {
        expect([name, { lost, repeated, outOfOrder }]).toEqual([name, { lost: 0, repeated: 0, outOfOrder: 0 }]);
      }
    }, 300_000);

    it('lose events without one', async (test) => {
      const outcomes = await rollingRestart(test, 'off');
      vi.restoreAllMocks();
      console.log(JSON.stringify(outcomes));
      expect(Object.values(outcomes).reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(0);
    }, 300_000);
  },
);

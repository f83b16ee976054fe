import { migrate } from '@fedistream/database';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';

import {
  authorization,
  eventStream,
  untilSubscribed,
  mentionOf,
  metric,
  multiplexedWebSocket,
  openTestEnvironment,
  ownPostgres,
  publishEvent,
  receivedBeforeFence,
  Refusal,
  statusBy,
  streamingPath,
  until,
  untilMetric,
  WebSocketClient,
  type Status,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { newPeople } from './people.js';
import { anyPhases, type Event, type Step, type DatabaseFailure } from './random-failures.js';
import { Relations } from './relations.js';

const { channel, stream } = feeds.live;
const statementsFailed = 'fedistream_audience_statements_failed_total';
const dropped = 'fedistream_audience_dropped_total';
const unavailable = { error: 'Service temporarily unavailable', status: 503 };

/** A test environment whose PostgreSQL a test may stop. */
async function openStoppablePostgres(test: TestContext, env: Readonly<Record<string, string>>) {
  const postgres = await ownPostgres(test);
  onTestFinished(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  const environment = await openTestEnvironment({ databaseUrl, env });
  onTestFinished(async () => {
    await postgres.control.resume();
    await environment.stop();
  });
  const { server, publisher } = environment;
  const untilEnd = async <Client extends StreamClient>(opening: Promise<Client>): Promise<Client> => {
    const client = await opening;
    onTestFinished(() => client.close());
    return client;
  };
  return {
    ...environment,
    control: postgres.control,
    /** A client of `public`, until the end of the test. */
    open: (transport: typeof eventStream, { token }: Viewer) =>
      untilEnd(transport.open(server, publisher, { token, ...feeds.live })),
    /** A WebSocket with `public` and `user` on it, until the end of the test. */
    openSocket: async ({ token, account }: Viewer) => {
      const url = server.url(`${streamingPath}/`, 'ws');
      const client = await untilEnd(WebSocketClient.open(url, { headers: authorization({ token }) }));
      client.subscribe(stream);
      await untilSubscribed(client, publisher, channel);
      client.subscribe('user');
      await untilSubscribed(client, publisher, homeOf({ account }));
      return client;
    },
  };
}

function homeOf({ account }: Pick<Viewer, 'account'>): string {
  return `timeline:${account.id}`;
}

function isUpdate({ event }: { readonly event: string }): boolean {
  return event === 'update' || event === 'status.update';
}

describe('while PostgreSQL fails and recovers', { timeout: 120_000 }, () => {
  it('no hidden status is delivered, order is kept, and every other event arrives', async (test) => {
    const environment = await openStoppablePostgres(test, { AUDIENCE_MAX_WAIT_SECONDS: '120' });
    const { fixtures, publisher, control } = environment;
    const viewers = await Promise.all(Array.from({ length: 4 }, () => fixtures.viewer()));
    const authors = [
      ...(await Promise.all([fixtures.account(), fixtures.account(), fixtures.account()])),
      await fixtures.account({ domain: 'one.example' }),
      await fixtures.account({ domain: 'two.example' }),
    ];
    const relations = new Relations(fixtures, viewers, authors);
    const sockets = await Promise.all(viewers.map((viewer) => environment.openSocket(viewer)));
    const streams = await Promise.all(viewers.map((viewer) => environment.open(eventStream, viewer)));
    let place = 0;
    const counts = { due: 0, withheld: 0 };

    const failures: Readonly<
      Record<DatabaseFailure, readonly [begin: () => Promise<unknown>, end: () => Promise<unknown>]>
    > = {
      stop: [() => control.stop(), () => control.start()],
      suspend: [() => control.suspend(), () => control.resume()],
      terminate: [
        () =>
          fixtures.sql(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
          ),
        () => Promise.resolve(),
      ],
    };

    /** Home streams keep delivering during the outage. */
    const expectHomes = async () => {
      for (const [index, viewer] of viewers.entries()) {
        await publishEvent(publisher, homeOf(viewer), 'home', String(++place));
        const client = sockets[index]!;
        await until('the home stream continues', () =>
          client.received.some(({ payload }) => payload === String(place)),
        );
      }
    };

    await fc.assert(
      fc.asyncProperty(anyPhases(viewers.length, authors.length, ['stop', 'suspend', 'terminate']), async (phases) => {
        for (const { before, failure, during, after } of phases) {
          const published: { readonly place: number; readonly event: Event; readonly state: number }[] = [];
          const post = async (event: Event) => {
            published.push({ place: ++place, event, state: relations.now });
            const mentions = event.mentioned === null ? [] : [mentionOf(authors[event.mentioned]!)];
            const status = statusBy(authors[event.author]!, { id: String(place), mentions });
            await publishEvent(publisher, channel, event.event, event.event === 'delete' ? status.id : status);
          };
          const take = async (steps: readonly Step[]) => {
            for (const step of steps) {
              await ('post' in step ? post(step.post) : relations.toggle(step.change));
            }
          };
          const [begin, end] = failures[failure];
          await take(before);
          await begin();
          for (const event of during) {
            await post(event);
          }
          await expectHomes();
          await end();
          await take(after);
          const fence = String(9_100_000_000 + ++place);
          await publishEvent(publisher, channel, 'fence', fence);
          for (const client of [...sockets, ...streams]) {
            const received = await client.takeUntil(({ payload }) => payload === fence);
            const places = received
              .filter(({ event }) => event !== 'home')
              .map(({ event, payload = '' }) =>
                Number(event === 'delete' ? payload : (JSON.parse(payload) as Status).id),
              );
            const viewer = [...sockets, ...streams].indexOf(client) % viewers.length;
            const answers = (one: (typeof published)[number]) =>
              relations.answers(viewer, one.event, one.state, relations.now);
            // If a relationship changed while the event was queued, either result is correct.
            const due = published.filter((one) => {
              const possible = answers(one);
              return possible.size === 2 ? places.includes(one.place) : possible.has(true);
            });
            expect(places).toEqual(due.map((one) => one.place));
            counts.due += due.length;
            counts.withheld += published.filter((one) => !answers(one).has(true)).length;
          }
        }
      }),
      // A run takes seconds and depends on timing, so shrinking would not help.
      { numRuns: 6, endOnFailure: true },
    );
    expect(sockets.flatMap(({ errors }) => errors)).toEqual([]);
    expect(Math.min(counts.due, counts.withheld)).toBeGreaterThan(200);
    await untilMetric(environment.server, 'fedistream_audience_waiting', {}, 0);
    await untilMetric(environment.server, dropped, { reason: 'late' }, 0);
    await untilMetric(environment.server, dropped, { reason: 'overflow' }, 0);
  });

  it('events past their deadline or beyond the queue limit are dropped and counted, then delivery resumes', async (test) => {
    const env = { AUDIENCE_MAX_WAIT_SECONDS: '2', AUDIENCE_MAX_WAITING_EVENTS: '10' };
    const environment = await openStoppablePostgres(test, env);
    const { server, publisher, fixtures, control } = environment;
    const { eve, finn, alice } = await newPeople(fixtures);
    const client = await environment.openSocket(eve);
    const other = await environment.open(eventStream, finn);
    await fixtures.block(eve.account, alice);
    await control.stop();
    for (let time = 0; time < 15; time++) {
      await publishEvent(publisher, channel, time % 2 === 0 ? 'update' : 'status.update', statusBy(alice));
    }
    await untilMetric(server, dropped, { reason: 'overflow' }, 5);
    expect(await receivedBeforeFence(client, publisher, homeOf(eve))).toEqual([]);
    await untilMetric(server, dropped, { reason: 'late' }, 10);
    await untilMetric(server, 'fedistream_audience_waiting', {}, 0);
    await control.start();
    // Probes are dropped as well, until the database answers.
    await untilSubscribed(other, publisher, channel);
    const status = statusBy(alice);
    await publishEvent(publisher, channel, 'update', status);
    const received = await receivedBeforeFence(other, publisher, channel);
    expect(received.map(({ payload = '' }) => (JSON.parse(payload) as Status).id)).toEqual([status.id]);
    await receivedBeforeFence(client, publisher, channel);
    expect(client.received.filter(isUpdate)).toEqual([]);
    expect(client.errors).toEqual([]);
  });

  it('events survive statements that hang, and new clients receive 503', async (test) => {
    const environment = await openStoppablePostgres(test, { AUDIENCE_MAX_WAIT_SECONDS: '60' });
    const { server, publisher, fixtures, control } = environment;
    const { eve, finn, alice } = await newPeople(fixtures);
    const client = await environment.openSocket(eve);
    const other = await environment.open(multiplexedWebSocket, finn);
    await fixtures.block(eve.account, alice);
    await control.suspend();
    const status = statusBy(alice);
    await publishEvent(publisher, channel, 'update', status);
    await publishEvent(publisher, channel, 'delete', status.id);
    const refused = eventStream
      .open(server, publisher, { token: finn.token, ...feeds.live })
      .catch((refusal: unknown) => refusal);
    await until('a statement has failed', async () => Number(await metric(server, statementsFailed)) > 0);
    expect(await receivedBeforeFence(client, publisher, homeOf(eve))).toEqual([]);
    const refusal = await refused;
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: unavailable.status, headers: { 'retry-after': '5' } });
    expect((refusal as Refusal).body).toBe(JSON.stringify({ error: unavailable.error }));
    await control.resume();
    const received = await receivedBeforeFence(other, publisher, channel);
    expect(received.map(({ event }) => event)).toEqual(['update', 'delete']);
    await receivedBeforeFence(client, publisher, channel);
    expect(client.received.map(({ event }) => event).filter((event) => event !== 'fence')).toEqual(['delete']);
    expect(client.errors).toEqual([]);
  });

  it('a subscription that needs a lookup is refused with 503, and succeeds after recovery', async (test) => {
    const environment = await openStoppablePostgres(test, {});
    const { publisher, fixtures, control } = environment;
    const { eve } = await newPeople(fixtures);
    const list = await fixtures.list(eve.account);
    const client = await environment.openSocket(eve);
    await control.stop();
    client.subscribe('list', { list });
    expect(await client.nextError()).toEqual(unavailable);
    await control.start();
    client.subscribe('list', { list });
    await untilSubscribed(client, publisher, `timeline:list:${list}`);
    expect(client.errors).toHaveLength(1);
  });
});

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  multiplexedWebSocket,
  newId,
  openTestEnvironment,
  publishEvent,
  type Account,
  type RedisTestEnvironment,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { feeds, type Feed } from './audience-case.js';
import { giveRole, permissions } from './people.js';
import { Oracle } from './oracle.js';
import { anyPost, type Post } from './random-posts.js';
import { anyTables, fillTables } from './random-tables.js';

const kinds = ['live', 'topic'] as const;

interface Listening {
  readonly viewer: Viewer;
  readonly kind: Feed;
  readonly client: StreamClient;
}

describe('every viewer', () => {
  let environment: RedisTestEnvironment;
  let viewers: Viewer[];
  let people: Account[];
  const clients: Listening[] = [];
  /** An administrator on each stream: fences reach it although feeds are closed. */
  const staff: Listening[] = [];

  beforeAll(async () => {
    environment = await openTestEnvironment();
    const { fixtures } = environment;
    viewers = [await fixtures.viewer(), await fixtures.viewer(), await fixtures.viewer(), await fixtures.viewer()];
    people = [
      ...viewers.slice(0, 2).map(({ account }) => account),
      await fixtures.account(),
      await fixtures.account({ domain: 'one.example' }),
      await fixtures.account({ domain: 'two.example' }),
      await fixtures.account({ domain: 'one.example' }),
    ];
    const administrator = await fixtures.viewer();
    await giveRole(fixtures, administrator, permissions.administrator);
    for (const kind of kinds) {
      for (const transport of [eventStream, multiplexedWebSocket]) {
        for (const viewer of viewers) {
          clients.push({ viewer, kind, client: await open(transport, viewer, kind) });
        }
      }
      staff.push({ viewer: administrator, kind, client: await open(multiplexedWebSocket, administrator, kind) });
    }
  });

  afterAll(async () => {
    await Promise.all([...clients, ...staff].map(({ client }) => client.close()));
    await environment.stop();
  });

  const open = (transport: typeof eventStream, { token }: Viewer, kind: Feed) =>
    transport.open(environment.server, environment.publisher, { token, ...feeds[kind] });

  /** Publishes a fence on every channel and waits for it; returns what each client received before it. */
  const fence = async (listening: readonly Listening[]) => {
    const payload = newId();
    for (const kind of kinds) {
      await publishEvent(environment.publisher, feeds[kind].channel, 'fence', payload);
    }
    const received = new Map<Listening, unknown[]>();
    for (const one of listening) {
      const before = await one.client.takeUntil((event) => event.payload === payload);
      received.set(
        one,
        before
          .filter(({ event }) => event !== 'fence')
          .map(({ event, payload: text = '' }) => ({ event, payload: event === 'delete' ? text : parsed(text) })),
      );
    }
    return received;
  };

  const expectedBy = (oracle: Oracle, { viewer, kind }: Listening, posts: readonly Post[]) =>
    posts.flatMap(({ event, payload }) => {
      const due = oracle.due(viewer.account, kind, event, payload);
      return due === undefined ? [] : [{ event, payload: due }];
    });

  it('receives exactly the events that the tables allow, in the order published', { timeout: 120_000 }, async () => {
    const posts = fc.array(anyPost(people), { minLength: 1, maxLength: 10 });
    let delivered = 0;
    let withheld = 0;
    await fc.assert(
      fc.asyncProperty(anyTables(viewers, people), posts, posts, async (tables, live, topic) => {
        await fillTables(environment.fixtures, viewers, tables);
        for (const { account } of viewers) {
          await publishEvent(environment.publisher, `timeline:system:${account.id}`, 'filters_changed');
        }
        const published = { live, topic };
        await Promise.all(
          kinds.flatMap((kind) =>
            published[kind].map(({ event, payload }) =>
              publishEvent(environment.publisher, feeds[kind].channel, event, payload),
            ),
          ),
        );
        const oracle = await Oracle.of(environment.fixtures);
        // Every event is decided once the administrators have their fence. Only then may the feeds be opened for the viewers' fence.
        await fence(staff);
        await environment.fixtures.sql('DELETE FROM settings');
        for (const [listening, received] of await fence(clients)) {
          const due = expectedBy(oracle, listening, published[listening.kind]);
          expect(received).toEqual(due);
          delivered += due.length;
          withheld += published[listening.kind].length - due.length;
        }
      }),
      { numRuns: 200 },
    );
    // Guards the generator: both outcomes must be frequent.
    expect(Math.min(delivered, withheld)).toBeGreaterThan(2_000);
  });
});

function parsed(text: string): unknown {
  return JSON.parse(text);
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  multiplexedWebSocket,
  newId,
  publishEvent,
  type Publisher,
  type Fixtures,
  type Server,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { due, feeds, prepare, type AudienceCase, type PreparedCase } from './audience-case.js';
import type { ViewerName } from './people.js';

/** Cases that share settings of the instance. */
export interface RuleSuite {
  readonly name: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Permissions of the default role. */
  readonly everyone?: bigint;
  /** The cases by topic. */
  readonly cases: Readonly<Record<string, readonly AudienceCase[]>>;
}

/** A server on a database with the rows of a suite. */
export interface TestServer {
  readonly server: Server;
  readonly publisher: Publisher;
  stop(): Promise<void>;
}

/** Starts a server on a database into which `fill` has inserted the rows. */
export type StartTestServer = (fill: (fixtures: Fixtures) => Promise<void>) => Promise<TestServer>;

const viewerNames: readonly ViewerName[] = ['eve', 'finn'];
const events = ['update', 'status.update'] as const;

/** Defines a test for every case, over both transports. All rows are inserted before the first client connects. */
export function describeRuleSuite(suite: RuleSuite, startTestServer: StartTestServer): void {
  describe(suite.name, () => {
    const prepared = new Map<AudienceCase, PreparedCase>();
    let testServer: TestServer;

    beforeAll(async () => {
      testServer = await startTestServer(async (fixtures) => {
        for (const [name, value] of Object.entries(suite.settings ?? {})) {
          await fixtures.setting(name, value);
        }
        if (suite.everyone !== undefined) {
          await fixtures.role(suite.everyone, '-99');
        }
        for (const one of Object.values(suite.cases).flat()) {
          prepared.set(one, await prepare(one, fixtures));
        }
      });
    });

    afterAll(async () => {
      await testServer.stop();
    });

    describe.each(Object.entries(suite.cases))('%s', (_about, cases) => {
      it.each(cases.map((one) => [one.it, one] as const))('%s', async (_it, one) => {
        const known = prepared.get(one) as PreparedCase;
        const received = await play(testServer, one, known);
        for (const viewer of viewerNames) {
          const statuses = due(one, known.payload, viewer);
          const expected = events.flatMap((event) => statuses.map((status) => ({ event, status })));
          expect(received[viewer]).toEqual({ 'event stream': expected, 'multiplexed WebSocket': expected });
        }
      });
    });
  });
}

/** The received events by transport. */
type Received = Readonly<Record<string, readonly { readonly event: string; readonly status: unknown }[]>>;

/** Publishes the case while both viewers listen over both transports. */
async function play(
  testServer: TestServer,
  { feed: kind = 'live' }: AudienceCase,
  { people, payload }: PreparedCase,
): Promise<Record<ViewerName, Received>> {
  const { server, publisher } = testServer;
  const { channel, stream, params } = feeds[kind];
  const open = async ({ token }: Viewer): Promise<readonly (readonly [name: string, client: StreamClient])[]> =>
    Promise.all(
      [eventStream, multiplexedWebSocket].map(
        async (transport) =>
          [transport.name, await transport.open(server, publisher, { token, stream, params, channel })] as const,
      ),
    );
  const [eve, finn] = await Promise.all([open(people.eve), open(people.finn)]);
  for (const event of events) {
    await publishEvent(publisher, channel, event, payload);
  }
  const fence = newId();
  await publishEvent(publisher, channel, 'fence', fence);
  const received = async (clients: typeof eve): Promise<Received> => {
    const all: Record<string, Received[string]> = {};
    for (const [name, client] of clients) {
      const before = await client.takeUntil((one) => one.payload === fence);
      all[name] = before.map(({ event, payload: text = '' }) => ({ event, status: JSON.parse(text) as unknown }));
      await client.close();
    }
    return all;
  };
  return { eve: await received(eve), finn: await received(finn) };
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestEnvironment,
  publishEvent,
  Server,
  until,
  untilMetric,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';
import {
  resumingEventStream,
  resumingWebSocket,
  type ResumedClient,
  type ResumingTransport,
} from './resuming-clients.js';

/** What a client that was away was given, against the oracle of what was published meanwhile. */
interface Outcome {
  readonly recovered: boolean | undefined;
  readonly lost: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  readonly catchUpMs: number;
}

describe('a client that goes to another server after a failure', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  let numbers = 0;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { HISTORY: 'on' } });
    viewer = await environment.fixtures.viewer();
    await knowsEpoch(environment.server);
  });

  afterAll(async () => {
    await environment.stop();
  });

  const channel = () => `timeline:${viewer.account.id}`;

  async function publish(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index++) {
      const id = String(++numbers);
      await publishEvent(environment.publisher, channel(), 'delete', id);
      ids.push(id);
    }
    return ids;
  }

  const idsOf = (client: ResumedClient) => client.events().map(({ payload = '' }) => payload);

  /** A recorder announces its epoch once a second; clients are told positions from then on. */
  async function knowsEpoch(server: Server): Promise<void> {
    await until('the server knows the epoch', async () => {
      const client = await resumingEventStream.open(server, { token: viewer.token, stream: 'user' });
      const known = await Promise.race([client.position(), new Promise((resolve) => setTimeout(resolve, 500))]);
      await client.close();
      return known !== undefined;
    });
  }

  /** A second server, which one of both records: once the history works on it. */
  async function second(): Promise<Server> {
    const server = await Server.start(environment.env);
    await Promise.all([environment.server, server].map(knowsEpoch));
    return server;
  }

  /** Receives from one server, is away while something fails, and continues at another one. */
  async function away(
    transport: ResumingTransport,
    from: Server,
    to: () => Server | Promise<Server>,
    fail: () => Promise<unknown>,
  ): Promise<Outcome> {
    const wanted = { token: viewer.token, stream: 'user' };
    const before = await transport.open(from, wanted);
    const seen = await publish(3);
    await until('the first events', () => idsOf(before).length === seen.length);
    const position = await before.position();
    const missed = await publish(10);
    const failing = fail();
    void before.close();
    missed.push(...(await publish(10)));
    await failing;
    const began = performance.now();
    const after = await transport.open(await to(), wanted, position);
    const live = await publish(5);
    await until('the live events', () => idsOf(after).includes(live.at(-1) ?? ''));
    const given = idsOf(after);
    await after.close();
    // What the client had received before its connection ended counts as received.
    const received = new Set([...idsOf(before), ...given]);
    const expected = after.recovered === true ? [...missed, ...live] : live;
    const own = given.filter((id) => expected.includes(id));
    return {
      recovered: after.recovered,
      lost: expected.filter((id) => !received.has(id)).length,
      repeated: given.length - new Set(given).size,
      outOfOrder: own.filter((id, index) => index > 0 && Number(id) < Number(own[index - 1])).length,
      catchUpMs: Math.round(performance.now() - began),
    };
  }

  const exact = { lost: 0, repeated: 0, outOfOrder: 0 };

  it.each([resumingEventStream, resumingWebSocket])(
    'misses nothing when its network is cut: $name',
    async (transport) => {
      const outcome = await away(
        transport,
        environment.server,
        () => environment.server,
        () => Promise.resolve(),
      );
      expect(outcome).toMatchObject({ ...exact, recovered: true });
    },
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)('misses nothing when its server ends by %s', async (signal) => {
    const other = await second();
    const outcome = await away(
      resumingEventStream,
      other,
      () => environment.server,
      () => other.stop(signal),
    );
    expect(outcome).toMatchObject({ ...exact, recovered: true });
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'misses nothing, or is told so, when the server that records ends by %s',
    async (signal) => {
      const other = await second();
      await untilMetric(environment.server, 'fedistream_history_recording', {}, 1);
      const recorder = environment.server;
      const outcome = await away(
        resumingEventStream,
        recorder,
        () => other,
        () => recorder.stop(signal),
      );
      expect(outcome).toMatchObject(exact);
      Object.assign(environment, { server: other });
    },
  );

  it('misses nothing, or is told so, when the recorder is stopped for 5 s and continues', async () => {
    const other = await second();
    const recorder = environment.server;
    const outcome = await away(
      resumingEventStream,
      other,
      () => other,
      async () => {
        recorder.signal('SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        recorder.signal('SIGCONT');
      },
    );
    expect(outcome).toMatchObject(exact);
    await other.stop();
  });
});

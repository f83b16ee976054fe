import { migrate } from '@fedistream/database';
import type { StartedPostgres, StartedRedis } from '@fedistream/services';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';

import {
  httpRequest,
  authorization,
  eventStream,
  Fixtures,
  metric,
  ownPostgres,
  ownRedis,
  publishEvent,
  receivedBeforeFence,
  RedisPublisher,
  Server,
  statusBy,
  streamingPath,
  until,
  untilMetric,
  webSocket,
  WebSocketClient,
  type Viewer,
} from '../support/index.js';

/** The services of this file. The first test starts them, because only a test can be skipped. */
interface Own {
  readonly redis: StartedRedis;
  readonly postgres: StartedPostgres;
  readonly viewer: Viewer;
  readonly env: Readonly<Record<string, string>>;
}

let own: Own | undefined;

async function ownServers(test: TestContext): Promise<Own> {
  if (own === undefined) {
    const redis = await ownRedis(test);
    const postgres = await ownPostgres(test);
    const url = await postgres.createDatabase();
    await migrate(url);
    const fixtures = new Fixtures(url);
    const viewer = await fixtures.viewer();
    await fixtures.close();
    own = { redis, postgres, viewer, env: { REDIS_URL: redis.url, DATABASE_URL: url } };
  }
  await own.redis.control.start();
  await own.postgres.control.start();
  return own;
}

afterAll(async () => {
  await Promise.all([own?.redis.stop(), own?.postgres.stop()]);
});

const outages = [
  { down: 'Redis', redis: true, postgres: false },
  { down: 'PostgreSQL', redis: false, postgres: true },
  { down: 'both', redis: true, postgres: true },
];

describe('a server that is started while Redis or PostgreSQL is down', () => {
  it.for(outages)(
    'refuses clients with 503 meanwhile, and recovers by itself ($down)',
    async ({ redis, postgres }, test) => {
      const { env, viewer, ...services } = await ownServers(test);
      const publisher = new RedisPublisher(services.redis.url);
      await Promise.all([redis && services.redis.control.stop(), postgres && services.postgres.control.stop()]);
      const server = await Server.start(env);
      expect(await httpRequest(server.url(`${streamingPath}/health`))).toMatchObject({ status: 200, body: 'OK' });
      await untilMetric(server, 'fedistream_broker_up', {}, redis ? 0 : 1);
      await untilMetric(server, 'fedistream_database_up', {}, postgres ? 0 : 1);
      if (postgres) {
        // No client has connected yet.
        await server.logged(({ msg }) => String(msg).startsWith('PostgreSQL: '));
      }
      const wanted = { token: viewer.token, stream: 'public', channel: 'timeline:public' };
      const openings = await Promise.allSettled([
        eventStream.open(server, publisher, wanted),
        webSocket.open(server, publisher, wanted),
        // Without subscription: a subscription could not be confirmed.
        WebSocketClient.open(server.url(streamingPath, 'ws'), { headers: authorization(viewer) }),
      ]);
      for (const refused of openings) {
        expect(refused).toMatchObject({
          status: 'rejected',
          reason: { status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) as string } },
        });
      }
      expect(server.outputSoFar).not.toContain(viewer.token);

      await Promise.all([services.redis.control.start(), services.postgres.control.start()]);
      for (const transport of [eventStream, webSocket]) {
        const client = await until('the server lets clients in', () =>
          transport.open(server, publisher, wanted).catch((error: unknown) => {
            expect(error).toMatchObject({ status: 503 });
            return undefined;
          }),
        );
        // This event needs the database.
        const status = statusBy({ id: '1', username: 'ada', domain: undefined, acct: 'ada' });
        await publishEvent(publisher, wanted.channel, 'update', status);
        expect(await receivedBeforeFence(client, publisher, wanted.channel)).toMatchObject([{ event: 'update' }]);
        await client.close();
      }
      await untilMetric(server, 'fedistream_broker_up', {}, 1);
      await untilMetric(server, 'fedistream_database_up', {}, 1);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expect((await server.output()).includes('PostgreSQL is back after ')).toBe(postgres);
      await publisher.close();
    },
  );

  it('stops in time on request', async (test) => {
    const { env, viewer, redis, postgres } = await ownServers(test);
    await Promise.all([redis.control.stop(), postgres.control.stop()]);
    const server = await Server.start(env);
    const { status } = await httpRequest(server.url(`${streamingPath}/user`), { headers: authorization(viewer) });
    expect(status).toBe(503);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it('stops in time while a statement waits in PostgreSQL', async (test) => {
    const { env, viewer, postgres } = await ownServers(test);
    const server = await Server.start({ ...env, SHUTDOWN_GRACE_SECONDS: '1' });
    const url = server.url(`${streamingPath}/user`);
    // The pool has connected.
    expect((await httpRequest(url, { headers: authorization({ token: 'unknown' }) })).status).toBe(401);
    await postgres.control.suspend();
    try {
      const waiting = httpRequest(url, { headers: authorization(viewer) }).catch((error: unknown) => error);
      await until('a statement waits', async () => {
        const idle = await metric(server, 'pg_pool_idle_connections');
        return Number(idle) < Number(await metric(server, 'pg_pool_total_connections'));
      });
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      await waiting;
      // It did not wait for the statement timeout of five seconds, which would be logged.
      expect(server.outputSoFar).not.toMatch(/timeout/i);
    } finally {
      await postgres.control.resume();
    }
  });
});

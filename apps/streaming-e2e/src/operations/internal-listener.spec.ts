import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  httpRequest,
  openTestEnvironment,
  publishEvent,
  readMetric,
  streamingPath,
  until,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
} from '../support/index.js';

describe('a server with an internal listener', () => {
  let environment: RedisTestEnvironment;
  let admin: string;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { ADMIN_PORT: '0', METRICS_ON_PUBLIC_PORT: 'false' } });
    const { address } = await environment.server.logged(({ msg }) => msg === 'internal listener');
    admin = String(address);
  });

  afterAll(async () => {
    await environment.stop();
  });

  const ask = (path: string, method = 'GET') => httpRequest(new URL(path, admin), { method });

  it('serves the metrics there alone when the operator wants that', async () => {
    expect((await ask('/metrics')).body).toContain('# TYPE connected_clients gauge');
    const { status, body } = await httpRequest(environment.server.url('/metrics'));
    expect([status, body]).toEqual([404, '{"error":"Not found"}']);
    for (const path of ['/connections', '/ready', '/live', '/openapi.json']) {
      expect((await httpRequest(environment.server.url(path))).status).toBe(404);
    }
  });

  it('tells who is connected, and disconnects one account and no other', async () => {
    const [one, other] = [await environment.fixtures.viewer(), await environment.fixtures.viewer()];
    const [client, stays] = await Promise.all(
      [one, other].map(({ token }) =>
        WebSocketClient.open(webSocketUrl(environment.server, { token, stream: 'user' })),
      ),
    );
    const { body } = await ask(`/connections?account=${one.account.id}`);
    expect(JSON.parse(body)).toMatchObject({
      total: 1,
      byAccount: { [one.account.id]: { connections: 1 } },
      byToken: { [one.tokenId]: { connections: 1 } },
      byStream: { user: { connections: 1 } },
    });
    const closed = await ask(`/connections?account=${one.account.id}`, 'DELETE');
    expect(JSON.parse(closed.body)).toEqual({ closed: 1 });
    expect(await client?.ended).toMatchObject({ code: 1000 });
    await publishEvent(environment.publisher, `timeline:${other.account.id}`, 'delete', '1');
    expect(await stays?.next()).toMatchObject({ payload: '1' });
    await environment.server.logged(
      ({ msg, account }) => msg === 'connections closed by an operator' && account === one.account.id,
    );
    await stays?.close();
  });

  it('sheds some clients on request, and serves them when they come back', async () => {
    const { server, fixtures } = environment;
    const { token } = await fixtures.viewer();
    const connect = () => WebSocketClient.open(webSocketUrl(server, { token, stream: 'user' }));
    const clients = [await connect(), await connect(), await connect()];
    const ended: unknown[] = [];
    for (const client of clients) {
      void client.ended.then((end) => ended.push(end));
    }
    const { status, body } = await ask('/shed?connections=2&seconds=1', 'POST');
    expect([status, JSON.parse(body)]).toEqual([202, { closing: 2, seconds: 1 }]);
    await server.logged(({ msg, connections }) => msg === 'load was shed' && connections === 2);
    await until('two clients are told to reconnect', () => ended.length === 2);
    expect(ended).toEqual(Array(2).fill({ code: 1012, reason: 'restart' }));
    expect(JSON.parse((await ask('/connections')).body)).toMatchObject({ total: 1 });
    const back = await connect();
    await back.ping();
    await Promise.all([back, ...clients].map((client) => client.close()));
  });

  it('leaves probes of a stopped process without an answer, and tells afterwards how long it stood still', async () => {
    const { server } = environment;
    const probe = () => fetch(new URL('/live', admin), { signal: AbortSignal.timeout(1_000) });
    server.signal('SIGSTOP');
    try {
      await expect(probe()).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      server.signal('SIGCONT');
    }
    // Each scrape tells of the time since the one before, so this is the first that asks.
    await until('a scrape tells of the delay', async () => {
      return Number(readMetric((await ask('/metrics')).body, 'nodejs_eventloop_lag_max_seconds')) > 0.5;
    });
    expect(await ask('/live')).toMatchObject({ status: 200 });
    await until('it is ready', async () => (await ask('/ready')).status === 200);
  });

  it('drains on request, and keeps running', async () => {
    const viewer = await environment.fixtures.viewer();
    const client = await WebSocketClient.open(
      webSocketUrl(environment.server, { token: viewer.token, stream: 'user' }),
    );
    expect((await ask('/drain', 'POST')).status).toBe(202);
    expect(await client.ended).toMatchObject({ code: 1012 });
    await expect(httpRequest(environment.server.url(`${streamingPath}/health`))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect((await ask('/live')).status).toBe(200);
    expect((await ask('/ready')).status).toBe(503);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  httpRequest,
  authorization,
  EventStreamClient,
  eventStream,
  eventStreamUrl,
  multiplexedWebSocket,
  openStores,
  publishEvent,
  RawConnection,
  Server,
  streamingPath,
  until,
  untilMetric,
  webSocket,
  WebSocketClient,
  webSocketUrl,
  type Stores,
  type Viewer,
} from '../support/index.js';

const eventBytes = 100_000;
/** More than the socket buffers on both sides hold, so that the rest stays in the server. */
const moreThanSystemsBuffer = 30_000_000;

describe('a server that receives a signal to stop', () => {
  let stores: Stores;
  let viewer: Viewer;

  beforeAll(async () => {
    stores = await openStores();
    viewer = await stores.fixtures.viewer();
  });

  afterAll(async () => {
    await stores.close();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s asks its clients to reconnect, and exits with 0', async (signal) => {
    const server = await Server.start(stores.env);
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const stream = await eventStream.open(server, stores.publisher, wanted);
    const single = await webSocket.open(server, stores.publisher, wanted);
    const multiplexed = await multiplexedWebSocket.open(server, stores.publisher, wanted);
    expect(await server.stop(signal)).toEqual({ code: 0, signal: null });
    expect(
      server.logSoFar.filter(({ msg }) => ['stopping', 'draining', 'stopped'].includes(String(msg))),
    ).toMatchObject([
      { msg: 'stopping', signal, clients: 3 },
      { msg: 'draining', connections: 3 },
      { msg: 'stopped', clients: 0 },
    ]);
    expect(await stream.ended).toMatchObject({ code: 1000 });
    expect(await single.ended).toEqual({ code: 1012, reason: 'restart' });
    expect(await multiplexed.ended).toEqual({ code: 1012, reason: 'restart' });
    await stores.publisher.subscribers(wanted.channel, 0);
  });

  it('is not ready at once, and serves new clients until load balancers have noticed', async () => {
    const server = await Server.start({ ...stores.env, ADMIN_PORT: '0', DRAIN_DELAY_SECONDS: '600' });
    const { address } = await server.logged(({ msg }) => msg === 'internal listener');
    const ready = async () => {
      const { status, body } = await httpRequest(new URL('/ready', String(address)));
      return { status, body: JSON.parse(body) as unknown };
    };
    await until('the server is ready', async () => (await ready()).status === 200);
    server.signal('SIGTERM');
    await server.logged(({ msg }) => msg === 'not ready; new clients are still accepted');
    expect(await ready()).toMatchObject({ status: 503, body: { ready: false } });
    expect((await ready()).body).toMatchObject({ reasons: expect.arrayContaining(['draining']) as unknown });
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const clients = [
      await eventStream.open(server, stores.publisher, wanted),
      await webSocket.open(server, stores.publisher, wanted),
    ];
    await publishEvent(stores.publisher, wanted.channel, 'delete', '1');
    for (const client of clients) {
      expect(await client.next()).toMatchObject({ event: 'delete', payload: '1' });
    }
    await server.kill();
  });

  it('refuses connections while it closes its clients: a proxy then tries another server', async () => {
    const server = await Server.start({ ...stores.env, DRAIN_SECONDS: '600', SHUTDOWN_GRACE_SECONDS: '0' });
    const clients = await Promise.all(
      Array.from({ length: 2 }, () =>
        WebSocketClient.open(webSocketUrl(server, { token: viewer.token, stream: 'user' })),
      ),
    );
    server.signal('SIGTERM');
    // One is closed at once, the other one some minutes later.
    expect(await Promise.race(clients.map(({ ended }) => ended))).toMatchObject({ code: 1012 });
    await expect(httpRequest(server.url(`${streamingPath}/health`))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.kill();
  });

  it('ends the connections that a proxy keeps with its next answer, and when their stream has ended', async () => {
    const server = await Server.start({ ...stores.env, DRAIN_SECONDS: '600', SHUTDOWN_GRACE_SECONDS: '0' });
    const request = `GET ${streamingPath}/user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${viewer.token}\r\n`;
    const kept = await RawConnection.open(server.port);
    kept.write(request);
    const streams = await Promise.all(Array.from({ length: 2 }, () => RawConnection.open(server.port)));
    for (const stream of streams) {
      stream.write(`${request}\r\n`);
      await stream.read(':)');
    }
    server.signal('SIGTERM');
    await server.logged(({ msg }) => msg === 'draining');
    kept.write('\r\n');
    const answer = await kept.read('unavailable');
    expect(answer).toMatch(/^HTTP\/1\.1 503 .*\r\nConnection: close\r\n/is);
    await kept.closed;
    // One stream is closed at once, the other one some minutes later.
    await Promise.race(streams.map(({ closed }) => closed));
    await server.kill();
  });

  it('continues after a second SIGTERM, and logs that', async () => {
    const server = await Server.start({ ...stores.env, DRAIN_DELAY_SECONDS: '2' });
    const client = await WebSocketClient.open(webSocketUrl(server, { token: viewer.token, stream: 'user' }));
    server.signal('SIGTERM');
    await server.logged(({ msg }) => msg === 'stopping');
    server.signal('SIGTERM');
    await server.logged(({ msg }) => msg === 'stopping already; SIGKILL ends the process at once');
    expect(await client.ended).toMatchObject({ code: 1012 });
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('tells event streams that follow the standard when to come back, and no others', async () => {
    const server = await Server.start(stores.env);
    const open = async (...headers: string[]) => {
      const connection = await RawConnection.open(server.port);
      connection.write(
        [
          `GET ${streamingPath}/user HTTP/1.1`,
          'Host: streaming',
          `Authorization: Bearer ${viewer.token}`,
          ...headers,
          '',
          '',
        ].join('\r\n'),
      );
      await connection.read(':)');
      return connection;
    };
    const standard = await open('Accept: text/event-stream');
    const other = await open('Accept: */*');
    await server.stop();
    await Promise.all([standard.closed, other.closed]);
    const [, milliseconds] = /\r\nretry: (\d+)\n\n\r\n0\r\n\r\n$/.exec(standard.bytes.toString()) ?? [];
    expect(Number(milliseconds)).toBeGreaterThanOrEqual(1_000);
    expect(Number(milliseconds)).toBeLessThanOrEqual(4_000);
    expect(other.bytes.toString()).not.toContain('retry');
  });

  it('lets slow clients read all their events and the request to reconnect', async () => {
    const server = await Server.start({ ...stores.env, OUTPUT_BUDGET_KIB: '65536', SHUTDOWN_GRACE_SECONDS: '60' });
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const single = await WebSocketClient.open(webSocketUrl(server, wanted));
    const stream = await EventStreamClient.open(eventStreamUrl(server, wanted), authorization(viewer));
    const quick = await webSocket.open(server, stores.publisher, wanted);
    single.pause();
    stream.pause();
    for (let round = 0; round < moreThanSystemsBuffer / eventBytes; round++) {
      await publishEvent(stores.publisher, wanted.channel, 'update', { content: 'x'.repeat(eventBytes) });
      await quick.next();
    }
    server.signal('SIGTERM');
    expect(await quick.ended).toMatchObject({ code: 1012 });
    single.resume();
    stream.resume();
    expect(await single.ended).toEqual({ code: 1012, reason: 'restart' });
    expect(await stream.ended).toMatchObject({ code: 1000 });
    expect(single.received).toHaveLength(moreThanSystemsBuffer / eventBytes);
    expect(stream.received).toHaveLength(moreThanSystemsBuffer / eventBytes);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('does not wait for connections without a stream', async () => {
    // The test kills it earlier than this, which would show as a signal.
    const server = await Server.start({ ...stores.env, SHUTDOWN_GRACE_SECONDS: '60' });
    const head = `GET ${streamingPath}/health HTTP/1.1\r\nHost: x\r\n`;
    const connections = await Promise.all(
      [
        ['', ''],
        [head, ''],
        [`${head}\r\n`, 'OK'],
        [`${head}Content-Length: 100\r\n\r\nhalf of it`, 'OK'],
        [`${head}\r\n${head}`, 'OK'],
      ].map(async ([text = '', answer = '']) => {
        const connection = await RawConnection.open(server.port);
        connection.write(text);
        await connection.read(answer);
        return connection;
      }),
    );
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await Promise.all(connections.map(({ closed }) => closed));
  });

  it('exits in time when clients do not answer, do not read, or have not finished their request', async () => {
    const server = await Server.start({ ...stores.env, SHUTDOWN_GRACE_SECONDS: '2' });
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    const deaf = await WebSocketClient.open(webSocketUrl(server, wanted));
    deaf.pause();
    const stream = await EventStreamClient.open(eventStreamUrl(server, wanted), authorization(viewer));
    stream.pause();
    const head = (request: string, ...lines: string[]) => [request, 'Host: streaming', ...lines, '', ''].join('\r\n');
    const { Authorization = '' } = authorization(viewer);
    // Never answers a close frame.
    const mute = await RawConnection.open(server.port);
    mute.write(
      head(
        `GET ${streamingPath} HTTP/1.1`,
        `Authorization: ${Authorization}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ),
    );
    await mute.read('101 Switching Protocols');
    const unfinished = await RawConnection.open(server.port);
    unfinished.write(`GET ${streamingPath}/user HTTP/1.1\r\nHost: str`);
    const kept = await RawConnection.open(server.port);
    kept.write(head(`GET ${streamingPath}/health HTTP/1.1`));
    await kept.read('OK');
    await untilMetric(server, 'connected_clients', { type: 'websocket' }, 2);

    // The test waits much longer than the grace period before it kills, which would show as a signal.
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await mute.closed;
    expect(mute.bytes.includes(Buffer.from([0x88, 9, 0x03, 0xf4]))).toBe(true);
    await Promise.all([unfinished.closed, kept.closed]);
    deaf.terminate();
    stream.resume();
    await stream.ended;
  });

  it('has logged no access token', async () => {
    const server = await Server.start({ ...stores.env, LOG_LEVEL: 'trace' });
    const wanted = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    await eventStream.open(server, stores.publisher, wanted);
    await webSocket.open(server, stores.publisher, wanted);
    const unknown = 'no-such-token-in-the-table';
    await httpRequest(server.url(`${streamingPath}/user?access_token=${unknown}`));
    await httpRequest(server.url(`${streamingPath}/user/%ff?access_token=${unknown}`));
    await untilMetric(server, 'fedistream_refusals_total', { error: 'invalidToken' }, 1);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    const output = await server.output();
    expect(output.split('\n').length).toBeGreaterThan(5);
    expect(output).not.toContain(viewer.token);
    expect(output).not.toContain(unknown);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  httpRequest,
  metric,
  openTestEnvironment,
  RawConnection,
  streamingPath,
  until,
  untilMetric,
  WebSocketClient,
  type RedisTestEnvironment,
  type StreamClient,
  type Viewer,
} from '../support/index.js';

/** Loopback addresses are clients here, and this is the address of the proxy. */
const proxy = '127.0.0.9';

describe('a client', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  const clients: StreamClient[] = [];

  beforeAll(async () => {
    environment = await openTestEnvironment({
      env: {
        TRUSTED_PROXY_IP: proxy,
        MAX_CONNECTIONS_PER_TOKEN: '3',
        MAX_CONNECTIONS_PER_ACCOUNT: '4',
        MAX_CONNECTIONS_PER_ADDRESS: '5',
        MAX_CONNECTIONS: '6',
        MAX_LABELS_PER_CHANNEL: '2',
        MAX_MESSAGES_PER_SECOND_PER_ACCOUNT: '20',
        MAX_REQUESTS_PER_SECOND: '1',
      },
    });
    viewer = await environment.fixtures.viewer();
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await untilMetric(environment.server, 'connected_clients', { type: 'websocket' }, 0);
  });

  afterAll(async () => {
    await environment.stop();
  });

  async function connect(token: string, localAddress = '127.0.0.1'): Promise<WebSocketClient> {
    const client = await WebSocketClient.open(environment.server.url(streamingPath, 'ws'), {
      headers: authorization({ token }),
      localAddress,
    });
    clients.push(client);
    return client;
  }

  /** The refusal of one connection more, over both transports. */
  async function refusalsOf(token: string, localAddress?: string): Promise<unknown> {
    await expect(connect(token, localAddress)).rejects.toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    const { status, headers, body } = await httpRequest(environment.server.url(`${streamingPath}/user`), {
      headers: authorization({ token }),
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    return { status, retryAfter: headers['retry-after'], body };
  }

  const tooMany = { status: 429, retryAfter: '60', body: '{"error":"Too many connections"}' };

  it('may open so many connections with one token, for one account, from one address, and of one process', async () => {
    const { token: second } = await environment.fixtures.token(viewer.user);
    for (let count = 0; count < 3; count++) {
      await connect(viewer.token);
    }
    expect(await refusalsOf(viewer.token)).toEqual(tooMany);
    await connect(second);
    expect(await refusalsOf(second)).toEqual(tooMany);
    await connect((await environment.fixtures.viewer()).token);
    const { token: other } = await environment.fixtures.viewer();
    expect(await refusalsOf(other)).toEqual(tooMany);
    await connect(other, '127.0.0.2');
    expect(await refusalsOf((await environment.fixtures.viewer()).token, '127.0.0.3')).toEqual(tooMany);
    await untilMetric(environment.server, 'fedistream_refusals_total', { error: 'tooManyConnections' }, 8);
    await environment.server.logged(({ code }) => code === 'tooManyConnections');
  });

  it('may not open more by opening them at once', async () => {
    const opened = await Promise.allSettled(Array.from({ length: 12 }, () => connect(viewer.token)));
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await untilMetric(environment.server, 'connected_clients', { type: 'websocket' }, 3);
  });

  it('may subscribe to so many spellings of one hashtag', async () => {
    const client = await connect(viewer.token);
    client.subscribe('hashtag', { tag: 'photo' });
    client.subscribe('hashtag', { tag: 'PHOTO' });
    client.subscribe('hashtag', { tag: 'Photo' });
    expect(await client.nextError()).toEqual({ error: 'Too many subscriptions', status: 429 });
    client.subscribe('hashtag', { tag: 'other' });
    await client.ping();
    expect(client.errors).toHaveLength(1);
  });

  it('has messages of all its WebSockets read more slowly when together they are too many, and none is closed', async () => {
    const { server } = environment;
    const sockets = [await connect(viewer.token), await connect(viewer.token)];
    const other = await connect((await environment.fixtures.viewer()).token);
    const delayed = async () => (await metric(server, 'fedistream_messages_delayed_total')) ?? 0;
    const before = await delayed();
    // One of them alone may send 500 at once, all of an account 200.
    for (const socket of sockets) {
      for (let count = 0; count < 150; count++) {
        socket.send('{"type":"unsubscribe","stream":"public"}');
      }
    }
    await until('a client is read more slowly', async () => (await delayed()) > before);
    await server.logged(({ msg }) => String(msg).includes('MAX_MESSAGES_PER_SECOND_PER_ACCOUNT'));
    await other.ping();
    await Promise.all(sockets.map((socket) => socket.ping()));
  });

  it('has its requests on one connection handled more slowly when it sends them too fast', async () => {
    const connection = await RawConnection.open(environment.server.port);
    const request = `GET ${streamingPath}/user?access_token=wrong HTTP/1.1\r\nHost: x\r\n\r\n`;
    const answers = () => connection.bytes.toString().split('HTTP/1.1 401').length - 1;
    let sent = 0;
    // On a busy machine the budget is refilled meanwhile: more than one request a second uses it up all the same.
    await until('a request is handled later', async () => {
      connection.write(request);
      sent += 1;
      await until('an answer', () => answers() === sent);
      return ((await metric(environment.server, 'fedistream_requests_delayed_total')) ?? 0) > 0;
    });
    connection.destroy();
    await environment.server.logged(({ msg }) => String(msg).includes('MAX_REQUESTS_PER_SECOND'));
  });
});

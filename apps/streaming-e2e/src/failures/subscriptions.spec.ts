import { describe, expect, it } from 'vitest';

import { subscribedFor } from '../conformance/checked-environment.js';
import { closeAfterTest } from '../conformance/close-after-test.js';
import { clientFrame, openRawWebSocket } from '../conformance/raw-websocket.js';
import {
  authorization,
  untilSubscribed,
  metric,
  publishEvent,
  receivedBeforeFence,
  streamingPath,
  until,
  untilMetric,
  WebSocketClient,
  TableLock,
} from '../support/index.js';
import { watchedEnvironment } from './watched-environment.js';

const maxSubscriptions = 200;

describe('subscribing and unsubscribing', () => {
  const watched = watchedEnvironment({
    env: { MAX_MESSAGES_PER_SECOND: '1000000', MAX_MESSAGES_PER_SECOND_PER_ACCOUNT: '1000000' },
  });
  const channel = () => `timeline:list:${watched.list}`;

  const open = async () => {
    const url = watched.server.url(`${streamingPath}?stream=direct`, 'ws');
    return WebSocketClient.open(url, { headers: authorization(watched.viewer) });
  };
  const message = (type: string, stream: string, params = {}) => JSON.stringify({ type, stream, ...params });
  const subscriptions = (stream: string) =>
    metric(watched.server, 'connected_channels', { type: 'websocket', channel: stream });
  /** The client's events of the list's channel after it subscribes once more; no earlier event may be among them. */
  const receivedOfList = async (client: WebSocketClient) => {
    client.subscribe('list', { list: watched.list });
    await untilSubscribed(client, watched.publisher, channel());
    return receivedBeforeFence(client, watched.publisher, channel());
  };

  describe.each([
    { stream: 'list', params: () => ({ list: watched.list }), channelOf: channel },
    { stream: 'public:remote', params: () => ({}), channelOf: () => 'timeline:public:remote' },
  ])('$stream', ({ stream, params, channelOf }) => {
    it.each([
      [['subscribe', 'unsubscribe'], 0],
      [['subscribe', 'subscribe', 'unsubscribe'], 0],
      [['subscribe', 'unsubscribe', 'subscribe'], 1],
      [['unsubscribe', 'subscribe'], 1],
      [['subscribe', 'unsubscribe', 'subscribe', 'unsubscribe', 'unsubscribe'], 0],
      [['subscribe', 'subscribe', 'subscribe'], 1],
    ] as const)('%j in one segment leaves %i subscriptions', async (types, left) => {
      const connection = await openRawWebSocket(watched.server, watched.viewer.token);
      for (let time = 0; time < 10; time++) {
        const segment = types.map((type) => clientFrame(message(type, stream, params())));
        const reset = time < 9 ? [clientFrame(message('unsubscribe', stream, params()))] : [];
        connection.write(Buffer.concat([...segment, ...reset]));
      }
      // The error frame arrives after all of them have been read. Subscriptions that need a lookup reach Redis later.
      connection.write(clientFrame(message('subscribe', 'nothing')));
      await connection.read('Unknown stream type');
      expect(await subscriptions(stream)).toBe(left);
      await watched.others.undisturbed();
      await watched.publisher.subscribers(channelOf(), left);
      connection.destroy();
      await connection.closed;
    });
  });

  it('twice, while the first lookup waits, gives one subscription, which one unsubscribe ends', async () => {
    const client = await closeAfterTest(open());
    const lock = await TableLock.take(watched, 'lists');
    client.subscribe('list', { list: watched.list });
    await lock.untilBlocked();
    client.subscribe('list', { list: watched.list });
    await client.ping();
    expect(await lock.blockedStatements()).toBe(1);
    expect(await subscriptions('list')).toBe(1);
    await lock.release();
    await untilSubscribed(client, watched.publisher, channel());
    await publishEvent(watched.publisher, channel(), 'delete', '1');
    expect(await receivedBeforeFence(client, watched.publisher, channel())).toHaveLength(1);
    client.unsubscribe('list', { list: watched.list });
    await client.ping();
    await publishEvent(watched.publisher, channel(), 'delete', '2');
    await watched.others.undisturbed();
    expect(await receivedOfList(client)).toEqual([]);
    expect(client.errors).toEqual([]);
    await client.close();
  });

  it.each([
    ['of another account', true],
    ['of the viewer', false],
  ])('in this order before the lookup of a list %s leaves no subscription and no error', async (_, others) => {
    const client = await closeAfterTest(open());
    const id = others ? await watched.fixtures.list(await watched.fixtures.account()) : watched.list;
    const lock = await TableLock.take(watched, 'lists');
    client.subscribe('list', { list: id });
    await lock.untilBlocked();
    client.unsubscribe('list', { list: id });
    await client.ping();
    expect(await subscriptions('list')).toBe(0);
    await lock.release();
    await publishEvent(watched.publisher, `timeline:list:${id}`, 'delete', '1');
    expect(await receivedOfList(client)).toEqual([]);
    expect(client.errors).toEqual([]);
    await client.close();
  });

  it('and subscribing again, while the first lookup waits, gives one subscription', async () => {
    const client = await closeAfterTest(open());
    const lock = await TableLock.take(watched, 'lists');
    client.subscribe('list', { list: watched.list });
    await lock.untilBlocked(1);
    for (let time = 0; time < 2; time++) {
      client.unsubscribe('list', { list: watched.list });
      client.subscribe('list', { list: watched.list });
    }
    // The server has read all of them while the lookup waits.
    await client.ping();
    await lock.release();
    await untilSubscribed(client, watched.publisher, channel());
    await publishEvent(watched.publisher, channel(), 'delete', '1');
    expect(await receivedBeforeFence(client, watched.publisher, channel())).toHaveLength(1);
    expect(await subscriptions('list')).toBe(1);
    await client.close();
  });

  it('while a status waits for its decision: the status does not arrive', async () => {
    const client = await closeAfterTest(open());
    client.subscribe('public');
    await untilSubscribed(client, watched.publisher, 'timeline:public');
    const lock = await TableLock.take(watched, 'blocks');
    const account = { id: watched.viewer.account.id, username: 'me', acct: 'me' };
    await publishEvent(watched.publisher, 'timeline:public', 'update', { id: '1', visibility: 'public', account });
    await lock.untilBlocked();
    client.unsubscribe('public');
    await client.ping();
    await lock.release();
    client.subscribe('public');
    await untilSubscribed(client, watched.publisher, 'timeline:public');
    expect(await receivedBeforeFence(client, watched.publisher, 'timeline:public')).toEqual([]);
    await client.close();
  });

  it('from a deleted list works, without a database lookup', async () => {
    const client = await closeAfterTest(open());
    client.subscribe('list', { list: watched.list });
    await untilSubscribed(client, watched.publisher, channel());
    await watched.fixtures.sql('DELETE FROM lists WHERE id = $1', [watched.list]);
    const lock = await TableLock.take(watched, 'lists');
    client.unsubscribe('list', { list: watched.list });
    await client.ping();
    await watched.publisher.subscribers(channel(), 0);
    expect(await lock.blockedStatements()).toBe(0);
    await lock.release();
    expect(await subscriptions('list')).toBe(0);
    client.subscribe('list', { list: watched.list });
    expect(await client.nextError()).toEqual({ error: 'Not authorized to stream this list', status: 401 });
    expect(client.errors).toHaveLength(1);
    await client.close();
  });

  it('twenty thousand streams on one socket stops at the limit; each further one is refused', async () => {
    const client = await closeAfterTest(open());
    const wanted = 20_000;
    for (let tag = 0; tag < wanted; tag++) {
      client.subscribe('hashtag:local', { tag: `tag${tag}` });
    }
    // One of them is `direct`, with which the socket was opened.
    const refused = wanted - (maxSubscriptions - 1);
    await until('all others are refused', () => client.errors.length >= refused);
    await client.ping();
    expect(client.errors).toHaveLength(refused);
    expect(new Set(client.errors.map((error) => JSON.stringify(error)))).toEqual(
      new Set(['{"error":"Too many subscriptions","status":429}']),
    );
    expect(await subscriptions('hashtag:local')).toBe(maxSubscriptions - 1);
    const tags = async () => (await subscribedFor(watched.publisher)).filter((name) => name.includes(':hashtag:tag'));
    await until('the channels are subscribed', async () => (await tags()).length === maxSubscriptions - 1);
    const { client: redis } = watched.publisher;
    expect(await redis.keys(watched.publisher.prefixed('subscribed:timeline:hashtag:tag*'))).toHaveLength(
      maxSubscriptions - 1,
    );
    // Unsubscribing makes room for another stream.
    client.unsubscribe('hashtag:local', { tag: 'tag0' });
    client.subscribe('hashtag:local', { tag: 'tag19999' });
    await untilSubscribed(client, watched.publisher, 'timeline:hashtag:tag19999:local');
    await client.close();
  });

  it('on a hundred sockets that terminate meanwhile leaves no state', async () => {
    const connections = await Promise.all(
      Array.from({ length: 100 }, () => openRawWebSocket(watched.server, watched.viewer.token, '&stream=public')),
    );
    for (const connection of connections) {
      const streams = ['user', 'direct', 'public:local'].map((stream) => clientFrame(message('subscribe', stream)));
      connection.write(Buffer.concat([...streams, clientFrame(message('subscribe', 'list', { list: watched.list }))]));
      connection.destroy();
    }
    await Promise.all(connections.map(({ closed }) => closed));
    await untilMetric(watched.server, 'connected_clients', { type: 'websocket' }, 2);
  });
});

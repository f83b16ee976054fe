import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  untilSubscribed,
  publishEvent,
  receivedBeforeFence,
  Refusal,
  streamingPath,
  until,
  WebSocketClient,
  type ReceivedEvent,
  type Viewer,
  type TestEnvironment,
} from '../support/index.js';
import { probeEvent } from '../support/stream-client.js';
import { openCheckedEnvironment } from './checked-environment.js';
import { closeAfterTest } from './close-after-test.js';
import { clientFrame, openRawWebSocket } from './raw-websocket.js';
import {
  ignoredFrames,
  messageErrorCases,
  streamRefusalCases,
  unsubscribeErrorCases,
  upgradeCases,
  upgradePaths,
} from './websocket.cases.js';

describe.each(['memory', 'redis'] as const)('a WebSocket, on the %s broker,', (broker) => {
  let environment: TestEnvironment;
  let viewer: Viewer;
  let others: string;
  let home: string;

  beforeAll(async () => {
    environment = await openCheckedEnvironment({ broker });
    const { fixtures } = environment;
    viewer = await fixtures.viewer();
    home = `timeline:${viewer.account.id}`;
    others = await fixtures.list(await fixtures.account());
  });

  afterAll(async () => {
    await environment.stop();
  });

  const open = (path: string = streamingPath, options: Parameters<typeof WebSocketClient.open>[1] = {}) =>
    closeAfterTest(
      WebSocketClient.open(environment.server.url(path, 'ws'), { headers: authorization(viewer), ...options }),
    );

  describe('at its handshake', () => {
    it.each(upgradeCases)('is refused with $status $name', async ({ path, scopes, status, message, challenge }) => {
      const { token } =
        scopes === 'none'
          ? { token: undefined }
          : await environment.fixtures.token(viewer.user, { scopes: scopes ?? 'read' });
      const url = new URL(environment.server.address.replace('http', 'ws') + path.replace('OTHERS', others));
      const headers = { ...authorization({ token }), 'X-Request-Id': 'mine' };
      const refusal = (await WebSocketClient.open(url, { headers }).catch((error: unknown) => error)) as Refusal;
      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal).toMatchObject({ status, body: '' });
      expect(refusal.headers).toMatchObject({
        connection: 'close',
        'content-length': '0',
        'access-control-allow-origin': '*',
        'x-request-id': 'mine',
        'x-error-message': message,
      });
      const expected = challenge && `, error="${challenge}"`;
      expect(refusal.headers['www-authenticate']).toBe(
        expected === undefined ? undefined : `Bearer realm="streaming"${expected}`,
      );
    });

    it.each(streamRefusalCases)('switches and answers with a frame $name', async ({ path, scopes, status, error }) => {
      const { token } = await environment.fixtures.token(viewer.user, { scopes: scopes ?? 'read' });
      const client = await open(path.replace('OTHERS', others), { headers: authorization({ token }) });
      expect(await client.nextError()).toEqual({ error, status });
      client.subscribe('user:notification');
      await untilSubscribed(client, environment.publisher, `${home}:notifications`);
      expect(client.errors).toHaveLength(1);
    });

    it.each(upgradePaths)('is accepted on %s, where the query alone names the stream', async (path) => {
      // Not resolved against the base, which would take `//` for a host.
      const url = new URL(`${environment.server.address.replace('http', 'ws')}${path}?stream=user`);
      const client = await closeAfterTest(WebSocketClient.open(url, { headers: authorization(viewer) }));
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
      expect(client.errors).toEqual([]);
    });

    it.each([streamingPath, `${streamingPath}/`])('is accepted on %s, with request id and CORS', async (path) => {
      const connection = await openRawWebSocket(environment.server, viewer.token);
      const head = connection.bytes.toString();
      expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
      expect(head).toMatch(/^access-control-allow-origin: \*\r$/im);
      expect(head).toMatch(/^x-request-id: [0-9a-f-]{36}\r$/im);
      // No compression: all clients share the same frames.
      expect(head).not.toMatch(/sec-websocket-extensions/i);
      connection.destroy();
      expect(await receivedBeforeFence(await open(`${path}?stream=user`), environment.publisher, home)).toEqual([]);
    });

    it('echoes the subprotocol, without which browsers refuse the socket', async () => {
      expect((await open(streamingPath, { protocols: ['mastodon'] })).protocol).toBe('mastodon');
      expect((await open(streamingPath, { protocols: ['one', 'two'] })).protocol).toBe('one');
      const asToken = await open(streamingPath, { headers: {}, protocols: [viewer.token] });
      expect(asToken.protocol).toBe(viewer.token);
      expect((await open()).protocol).toBe('');
    });

    it('opens without subscription when its stream is empty', async () => {
      const client = await open(`${streamingPath}?stream=`);
      await publishEvent(environment.publisher, home, 'delete', 'too early');
      client.subscribe('user');
      await untilSubscribed(client, environment.publisher, home);
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
    });

    it('uses the first value of a repeated parameter', async () => {
      const client = await open(`${streamingPath}?stream=user&stream=nothing&access_token=wrong`);
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
    });
  });

  describe('once it is open', () => {
    it('is idle until it subscribes, then delivers many streams, each with its label', async () => {
      const client = await open();
      await publishEvent(environment.publisher, home, 'delete', 'too early');
      const list = await environment.fixtures.list(viewer.account);
      const wanted = [
        ['user', {}, home, ['user']],
        ['user:notification', {}, `${home}:notifications`, ['user:notification']],
        ['hashtag', { tag: 'Cats' }, 'timeline:hashtag:cats', ['hashtag', 'Cats']],
        ['list', { list }, `timeline:list:${list}`, ['list', list]],
        ['public:remote:media', {}, 'timeline:public:remote:media', ['public:remote:media']],
      ] as const;
      for (const [stream, params, channel] of wanted) {
        client.subscribe(stream, params);
        await untilSubscribed(client, environment.publisher, channel);
      }
      // A notification belongs to `user` as well. Order holds within a subscription, so each has its own fence.
      for (const [stream, , channel, label] of wanted) {
        const labels = stream === 'user:notification' ? [['user'], label] : [label];
        await publishEvent(environment.publisher, channel, 'delete', '1');
        const received = await beforeFences(client, channel, labels.length);
        expect(new Set(received.map((event) => JSON.stringify(event.stream)))).toEqual(
          new Set(labels.map((one) => JSON.stringify(one))),
        );
      }
    });

    it('has two subscriptions for two spellings of a tag, which end separately', async () => {
      const client = await open(`${streamingPath}?stream=hashtag&tag=Foo`);
      const channel = 'timeline:hashtag:foo';
      client.subscribe('hashtag', { tag: 'foo' });
      await until('the second spelling is subscribed', async () => {
        await publishEvent(environment.publisher, channel, probeEvent, '2');
        return client.frames.some((frame) => frame.startsWith('{"stream":["hashtag","foo"]'));
      });
      await publishEvent(environment.publisher, channel, 'delete', '1');
      const both = await beforeFences(client, channel, 2);
      expect(new Set(both.map(({ raw }) => raw))).toEqual(
        new Set([
          '{"stream":["hashtag","Foo"],"event":"delete","payload":"1"}',
          '{"stream":["hashtag","foo"],"event":"delete","payload":"1"}',
        ]),
      );
      client.unsubscribe('hashtag', { tag: 'Foo' });
      await client.ping();
      await publishEvent(environment.publisher, channel, 'delete', '2');
      const one = await beforeFences(client, channel, 1);
      expect(one.map(({ raw }) => raw)).toEqual(['{"stream":["hashtag","foo"],"event":"delete","payload":"2"}']);
    });

    it('ignores a repeated subscription, and receives every event once', async () => {
      const client = await open(`${streamingPath}?stream=user`);
      for (let time = 0; time < 5; time++) {
        client.subscribe('user');
      }
      await client.ping();
      await publishEvent(environment.publisher, home, 'delete', '1');
      expect(await receivedBeforeFence(client, environment.publisher, home)).toHaveLength(1);
      expect(client.errors).toEqual([]);
      client.unsubscribe('user');
      await client.ping();
      await publishEvent(environment.publisher, home, 'delete', '2');
      await feedIsRead();
      client.subscribe('user');
      await untilSubscribed(client, environment.publisher, home);
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
    });

    it('reads arrays in place of stream and parameters as their first element', async () => {
      const client = await open();
      client.send('{"type":"subscribe","stream":["hashtag","user"],"tag":["Dogs","Cats"]}');
      await untilSubscribed(client, environment.publisher, 'timeline:hashtag:dogs');
      await publishEvent(environment.publisher, 'timeline:hashtag:dogs', 'delete', '1');
      await publishEvent(environment.publisher, home, 'delete', '2');
      expect(await receivedBeforeFence(client, environment.publisher, 'timeline:hashtag:dogs')).toMatchObject([
        { stream: ['hashtag', 'Dogs'], payload: '1' },
      ]);
      client.send('{"type":"unsubscribe","stream":["hashtag"],"tag":"Dogs"}');
      await client.ping();
      await publishEvent(environment.publisher, 'timeline:hashtag:dogs', 'delete', '3');
      await feedIsRead();
      client.subscribe('hashtag', { tag: 'dogs' });
      await untilSubscribed(client, environment.publisher, 'timeline:hashtag:dogs');
      expect(await receivedBeforeFence(client, environment.publisher, 'timeline:hashtag:dogs')).toEqual([]);
    });

    it('ignores only_media, which is for event streams', async () => {
      const client = await open(`${streamingPath}?stream=public&only_media=true`);
      await publishEvent(environment.publisher, 'timeline:public:media', 'delete', '1');
      await publishEvent(environment.publisher, 'timeline:public', 'delete', '2');
      expect(await receivedBeforeFence(client, environment.publisher, 'timeline:public')).toMatchObject([
        { payload: '2' },
      ]);
    });

    it('receives an error frame with status and text for a refused subscription, and stays open', async () => {
      const client = await open(`${streamingPath}?stream=user`);
      for (const { message, error, status } of messageErrorCases) {
        const filled = message['list'] === 'OTHERS' ? { ...message, list: others } : message;
        client.send(JSON.stringify({ type: 'subscribe', ...filled }));
        expect([message, await client.nextError()]).toEqual([message, { error, status }]);
      }
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
    });

    it('ignores frames without a message, and stays open', async () => {
      const client = await open(`${streamingPath}?stream=user`);
      for (const frame of ignoredFrames) {
        client.send(frame);
      }
      await client.ping();
      await publishEvent(environment.publisher, `timeline:direct:${viewer.account.id}`, 'delete', '1');
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
      expect(client.errors).toEqual([]);
    });

    it('ignores unsubscribing from streams without subscription', async () => {
      const client = await open(`${streamingPath}?stream=user`);
      for (const message of [
        { stream: 'direct' },
        { stream: 'hashtag', tag: 'x' },
        { stream: 'list', list: others },
        { stream: 'list', list: await environment.fixtures.list(viewer.account) },
        { stream: 'list', list: '05' },
      ]) {
        client.send(JSON.stringify({ type: 'unsubscribe', ...message }));
      }
      await client.ping();
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
      expect(client.errors).toEqual([]);
    });

    it('answers an unsubscribe from an unknown stream or without its parameter with an error frame', async () => {
      const client = await open(`${streamingPath}?stream=user`);
      for (const { message, error, status } of unsubscribeErrorCases) {
        client.send(JSON.stringify({ type: 'unsubscribe', ...message }));
        expect([message, await client.nextError()]).toEqual([message, { error, status }]);
      }
      expect(await receivedBeforeFence(client, environment.publisher, home)).toEqual([]);
    });

    it('is closed with 1003 for a binary frame', async () => {
      const client = await open(`${streamingPath}?stream=user`);
      client.send(Buffer.from('{"type":"subscribe","stream":"direct"}'));
      expect(await client.ended).toMatchObject({ code: 1003 });
    });

    it('reads a fragmented message with a ping between its frames', async () => {
      const connection = await openRawWebSocket(environment.server, viewer.token);
      connection.write(clientFrame('{"type":"subscribe",', { fin: false }));
      connection.write(clientFrame('are you there?', { opcode: 9 }));
      connection.write(clientFrame('"stream":"nothing"}', { opcode: 0 }));
      await connection.read('{"error":"Unknown stream type","status":400}');
      expect(connection.bytes.toString()).toContain('are you there?');
      connection.destroy();
    });
  });

  /** Resolves when the server has read every earlier message: the fence of another client has arrived. */
  async function feedIsRead(): Promise<void> {
    await receivedBeforeFence(await open(`${streamingPath}?stream=user`), environment.publisher, home);
  }

  /** The events before a fence, which arrives once for each label. */
  async function beforeFences(client: WebSocketClient, channel: string, labels: number): Promise<ReceivedEvent[]> {
    const received = await receivedBeforeFence(client, environment.publisher, channel);
    for (let label = 1; label < labels; label++) {
      received.push(...(await client.takeUntil(({ event }) => event === 'fence')));
    }
    return received;
  }
});

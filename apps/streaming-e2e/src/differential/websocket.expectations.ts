import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

import {
  ignoredFrames,
  type MessageErrorCase,
  messageErrorCases,
  unsubscribeErrorCases,
  upgradePaths,
} from '../conformance/websocket.cases.js';
import {
  authorization,
  newId,
  publishEvent,
  receivedBeforeFence,
  Refusal,
  streamingPath,
  until,
  untilSubscribed,
  WebSocketClient,
  type ErrorFrame,
} from '../support/index.js';
import type { Expectation } from './expectation.js';
import { documentedStreams, labelOf, requestOf } from './streams.js';
import type { Target } from './target.js';

/** A URL whose path stays as it is: `//` is no host. */
function urlOf(target: Target, path: string, query = ''): URL {
  return new URL(`${target.server.url('/', 'ws').origin.replace('http', 'ws')}${path}${query}`);
}

async function withSocket<Result>(
  target: Target,
  use: (client: WebSocketClient) => Promise<Result>,
  { path = streamingPath, query = '', token = target.persons.viewer.token, protocols = [] as string[] } = {},
): Promise<Result> {
  const headers = authorization({ token });
  const client = await WebSocketClient.open(urlOf(target, path, query), { headers, protocols });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** The query decides, the path does not. */
const paths: readonly Expectation[] = upgradePaths.flatMap((path) => [
  {
    title: `an upgrade on ${path} opens the stream of its query`,
    // Mastodon's server reads `//` as the start of a host name, and fails.
    source: path === '//' ? ('Fedistream' as const) : ('Mastodon' as const),
    expected: 'events arrive',
    observe: (target: Target) =>
      withSocket(
        target,
        async (client) => {
          await untilSubscribed(client, target.publisher, `timeline:${target.persons.viewer.account.id}`);
          return 'events arrive';
        },
        { path, query: '?stream=user' },
      ),
  },
  ...[
    { name: 'without a token', token: undefined, message: 'Missing access token' },
    { name: 'with an unknown token', token: 'unknown', message: 'Invalid access token' },
  ].map(({ name, token, message }) => ({
    title: `an upgrade on ${path} ${name} is refused before the protocol is switched`,
    source: path === '//' ? ('Fedistream' as const) : ('Mastodon' as const),
    expected: { status: 401, connection: 'close', length: '0', id: true, message, body: '' },
    async observe(target: Target) {
      const headers = authorization({ token });
      const refusal = await WebSocketClient.open(urlOf(target, path), { headers }).catch((error: unknown) => error);
      if (!(refusal instanceof Refusal)) {
        return refusal;
      }
      const { status, body, headers: answered } = refusal;
      return {
        status,
        connection: String(answered['connection']).toLowerCase(),
        length: answered['content-length'],
        id: answered['x-request-id'] !== undefined,
        message: answered['x-error-message'],
        body,
      };
    },
  })),
]);

const subprotocols: readonly Expectation[] = [['mastodon'], ['one', 'two'], []].map((protocols) => ({
  title: `the subprotocols [${protocols.join(', ')}] are answered with the first one`,
  source: 'Mastodon',
  expected: protocols[0] ?? '',
  observe: (target) => withSocket(target, (client) => Promise.resolve(client.protocol), { protocols }),
}));

/** What a socket does with each stream: subscribe, repeat, unsubscribe. */
const subscriptions: readonly Expectation[] = documentedStreams.flatMap((stream) => {
  const own = (target: Target) => requestOf(stream, target, { tag: `T${newId()}` });
  const subscribed = async (
    target: Target,
    use: (client: WebSocketClient, wanted: ReturnType<typeof own>) => Promise<unknown>,
  ) => {
    const wanted = own(target);
    return withSocket(target, async (client) => {
      client.subscribe(wanted.stream, wanted.params);
      await untilSubscribed(client, target.publisher, wanted.channel);
      return use(client, wanted);
    });
  };
  const deletions = async (target: Target, client: WebSocketClient, channel: string) => {
    const mark = newId();
    await publishEvent(target.publisher, channel, 'delete', mark);
    await receivedBeforeFence(client, target.publisher, channel);
    return client.received.filter(({ payload }) => payload === mark);
  };
  return [
    {
      title: `frames of ${stream.name} name it, with its parameter as the client wrote it`,
      source: 'Mastodon',
      expected: true,
      observe: (target) =>
        subscribed(target, async (client, wanted) => {
          const [event] = await deletions(target, client, wanted.channel);
          return JSON.stringify(event?.stream) === JSON.stringify(labelOf(wanted));
        }),
    },
    {
      title: `a second subscription to ${stream.name} changes nothing`,
      source: 'Mastodon',
      expected: [1, []],
      observe: (target) =>
        subscribed(target, async (client, wanted) => {
          client.subscribe(wanted.stream, wanted.params);
          await client.ping();
          return [(await deletions(target, client, wanted.channel)).length, client.errors];
        }),
    },
    {
      title: `unsubscribing from ${stream.name} ends its events and leaves those of other streams`,
      source: 'Mastodon',
      expected: [0, []],
      observe: (target) =>
        subscribed(target, async (client, wanted) => {
          const { account } = target.persons.viewer;
          const beside = stream.name === 'direct' ? 'user' : 'direct';
          const besides = beside === 'user' ? `timeline:${account.id}` : `timeline:direct:${account.id}`;
          client.subscribe(beside);
          await untilSubscribed(client, target.publisher, besides);
          client.unsubscribe(wanted.stream, wanted.params);
          await client.ping();
          const gone = newId();
          await until(
            'the subscription has ended',
            async () => {
              const mark = newId();
              await publishEvent(target.publisher, wanted.channel, 'delete', mark);
              await receivedBeforeFence(client, target.publisher, besides);
              return !client.received.some(({ payload }) => payload === mark);
            },
            target.withinMs,
          );
          await publishEvent(target.publisher, wanted.channel, 'delete', gone);
          await receivedBeforeFence(client, target.publisher, besides);
          return [client.received.filter(({ payload }) => payload === gone).length, client.errors];
        }),
    },
    {
      title: `an array in place of ${stream.name} means its first element`,
      source: 'Mastodon',
      expected: 'events arrive',
      observe: (target) => {
        const wanted = own(target);
        return withSocket(target, async (client) => {
          client.send(JSON.stringify({ type: 'subscribe', stream: [stream.name, 'nothing'], ...wanted.params }));
          await untilSubscribed(client, target.publisher, wanted.channel);
          return 'events arrive';
        });
      },
    },
  ] satisfies Expectation[];
});

const ignored: readonly Expectation[] = ignoredFrames.map((frame) => ({
  title: `the text frame ${JSON.stringify(frame.slice(0, 60))} is ignored`,
  source: 'Mastodon',
  expected: [],
  observe: (target) =>
    withSocket(target, async (client) => {
      client.send(frame);
      client.subscribe('user');
      await untilSubscribed(client, target.publisher, `timeline:${target.persons.viewer.account.id}`);
      return client.errors;
    }),
}));

/** Mastodon's server takes any tag for one, and fails at tags and lists that are no strings. */
const ours = ({ message: { tag, list } }: MessageErrorCase) =>
  ![undefined, null, ''].includes(tag as string) || (typeof list === 'number' && list !== -1);

const errors: readonly Expectation[] = messageErrorCases.map((one, index) => ({
  title: `subscribing with ${shown(one.message)} is answered with an error, ${index}`,
  source: ours(one) ? 'Fedistream' : 'Mastodon',
  expected: { error: one.error, status: one.status },
  observe: (target) => answerTo(target, 'subscribe', one.message),
}));

const unsubscribeErrors: readonly Expectation[] = unsubscribeErrorCases.map((one, index) => ({
  title: `unsubscribing with ${shown(one.message)} is answered with an error, ${index}`,
  source: ['a\0b', 'a'.repeat(1_001)].includes(one.message['tag'] as string) ? 'Fedistream' : 'Mastodon',
  expected: 'string',
  observe: async (target) => typeof (await answerTo(target, 'unsubscribe', one.message)).error,
}));

const binary: Expectation = {
  title: 'a binary frame is answered with the close code 1003',
  source: 'Mastodon',
  expected: 1003,
  observe: (target) =>
    withSocket(target, async (client) => {
      client.send(Buffer.from('{"type":"subscribe","stream":"user"}'));
      return (await client.ended).code;
    }),
};

const requestIds: readonly Expectation[] = [
  {
    title: 'the request id of the caller is repeated on 101',
    source: 'Fedistream',
    expected: 'mine',
    async observe({ server, persons }) {
      const url = server.url(streamingPath, 'ws');
      const socket = new WebSocket(url, { headers: { ...authorization(persons.viewer), 'X-Request-Id': 'mine' } });
      const [response] = (await once(socket, 'upgrade')) as [IncomingMessage];
      socket.terminate();
      return response.headers['x-request-id'];
    },
  },
  {
    title: 'the request id of the caller is repeated on a refusal',
    source: 'Fedistream',
    expected: 'mine',
    async observe({ server }) {
      const headers = { 'X-Request-Id': 'mine' };
      const refusal = (await WebSocketClient.open(server.url(streamingPath, 'ws'), { headers }).catch(
        (error: unknown) => error,
      )) as Refusal;
      return refusal.headers['x-request-id'];
    },
  },
];

/** The protocol of WebSockets. */
export const webSocketExpectations: readonly Expectation[] = [
  ...paths,
  ...requestIds,
  ...subprotocols,
  ...subscriptions,
  ...ignored,
  ...errors,
  ...unsubscribeErrors,
  binary,
];

function shown(message: Readonly<Record<string, unknown>>): string {
  return Object.entries(message)
    .map(([name, value]) => `${name} ${(JSON.stringify(value) as string | undefined)?.slice(0, 40) ?? 'undefined'}`)
    .join(', ');
}

async function answerTo(
  target: Target,
  type: string,
  message: Readonly<Record<string, unknown>>,
): Promise<Partial<ErrorFrame>> {
  const filled = message['list'] === 'OTHERS' ? { ...message, list: target.persons.otherList } : message;
  return withSocket(target, async (client) => {
    client.send(JSON.stringify({ type, ...filled }));
    return until('an error frame', () => client.errors[0], target.withinMs);
  });
}

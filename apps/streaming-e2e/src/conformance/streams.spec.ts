import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  EventStreamClient,
  eventStream,
  eventStreamUrl,
  publishEvent,
  receivedBeforeFence,
  Refusal,
  statusBy,
  streamingPath,
  transports,
  webSocket,
  WebSocketClient,
  type Viewer,
  type TestEnvironment,
} from '../support/index.js';
import { openCheckedEnvironment } from './checked-environment.js';
import { closeAfterTest } from './close-after-test.js';
import { allChannels, hashtagCases, onlyMediaCases, scopeCases, streamCases, type Persons } from './streams.cases.js';

const streams = ['user', 'user:notification', 'public', 'hashtag', 'list', 'direct'];
const noScope = 'Access token does not have the required scopes';

describe.each(['memory', 'redis'] as const)('the streams, on the %s broker', (broker) => {
  let environment: TestEnvironment;
  let viewer: Viewer;
  let persons: Persons;

  beforeAll(async () => {
    environment = await openCheckedEnvironment({ broker });
    const { fixtures } = environment;
    viewer = await fixtures.viewer();
    const other = await fixtures.account();
    persons = {
      account: viewer.account.id,
      list: await fixtures.list(viewer.account),
      otherAccount: other.id,
      otherList: await fixtures.list(other),
    };
  });

  afterAll(async () => {
    await environment.stop();
  });

  const tokenWith = async (scopes: string | null) => (await environment.fixtures.token(viewer.user, { scopes })).token;
  const paramsOf = (stream: string): Record<string, string> =>
    stream.startsWith('hashtag') ? { tag: 'x' } : stream === 'list' ? { list: persons.list } : {};

  describe.each(transports)('over $name', (transport) => {
    it.each(streamCases)('$stream with scopes "$scopes" delivers its channels, and no other', async (streamCase) => {
      const [channel, ...further] = streamCase.fedBy(persons);
      const wanted = { token: await tokenWith(streamCase.scopes), stream: streamCase.stream, channel };
      const params = streamCase.params?.(persons) ?? {};
      const client = await closeAfterTest(
        transport.open(environment.server, environment.publisher, { ...wanted, params }),
      );
      // Each channel carries another id: a filtered stream drops a `delete` without one.
      const published = [...allChannels(persons)];
      for (const [index, one] of published.entries()) {
        await publishEvent(environment.publisher, one, 'delete', String(index + 1));
      }
      const received = await receivedBeforeFence(client, environment.publisher, channel);
      const sources = received.map(({ payload }) => published[Number(payload) - 1]);
      expect(new Set(sources)).toEqual(new Set([channel, ...further]));
      const label = transport.labelled ? streamCase.label(persons) : undefined;
      expect(received.map(({ stream }) => stream)).toEqual(received.map(() => label));
    });

    it.each(hashtagCases)('the tag %s subscribes to the channel of %s', async (tag, published) => {
      const channel = `timeline:hashtag:${published}`;
      const wanted = { token: viewer.token, stream: 'hashtag', params: { tag }, channel };
      const client = await closeAfterTest(transport.open(environment.server, environment.publisher, wanted));
      await publishEvent(environment.publisher, channel, 'delete', '1');
      expect(await receivedBeforeFence(client, environment.publisher, channel)).toMatchObject([
        transport.labelled ? { payload: '1', stream: ['hashtag', tag] } : { payload: '1' },
      ]);
    });

    it.each(['public', 'public:local:media', 'hashtag', 'hashtag:local'])(
      'only public statuses are delivered on %s',
      async (stream) => {
        const channel = stream.startsWith('hashtag')
          ? `timeline:${stream.replace('hashtag', 'hashtag:x')}`
          : `timeline:${stream}`;
        const wanted = { token: viewer.token, stream, params: paramsOf(stream), channel };
        const client = await closeAfterTest(transport.open(environment.server, environment.publisher, wanted));
        const author = await environment.fixtures.account();
        for (const visibility of [
          'unlisted',
          'private',
          'direct',
          'limited',
          'Public',
          '',
          null,
          undefined,
          'public',
        ]) {
          for (const event of ['update', 'status.update']) {
            await publishEvent(
              environment.publisher,
              channel,
              event,
              statusBy(author, { visibility, content: visibility }),
            );
          }
        }
        const received = await receivedBeforeFence(client, environment.publisher, channel);
        const seen = received.map(({ event, payload }) => [
          event,
          (JSON.parse(payload ?? '') as { content: string }).content,
        ]);
        expect(seen).toEqual([
          ['update', 'public'],
          ['status.update', 'public'],
        ]);
      },
    );

    it.each(['user', 'list'])(
      'statuses of every visibility are delivered on %s, whose audience the publisher decides',
      async (stream) => {
        const channel = stream === 'user' ? `timeline:${persons.account}` : `timeline:list:${persons.list}`;
        const wanted = { token: viewer.token, stream, params: paramsOf(stream), channel };
        const client = await closeAfterTest(transport.open(environment.server, environment.publisher, wanted));
        const author = await environment.fixtures.account();
        const statuses = ['unlisted', 'private', 'direct', undefined].map((visibility) =>
          statusBy(author, { visibility }),
        );
        for (const status of statuses) {
          await publishEvent(environment.publisher, channel, 'update', status);
        }
        const received = await receivedBeforeFence(client, environment.publisher, channel);
        expect(received.map(({ payload }) => payload)).toEqual(statuses.map((status) => JSON.stringify(status)));
      },
    );
  });

  it.each(onlyMediaCases)('only_media=%s on an event stream selects media only: %s', async (value, media) => {
    const url = eventStreamUrl(environment.server, { stream: 'public:local', params: { only_media: value } });
    const client = await closeAfterTest(EventStreamClient.open(url, authorization(viewer)));
    const [chosen, other] = media ? [':media', ''] : ['', ':media'];
    await publishEvent(environment.publisher, `timeline:public:local${other}`, 'delete', '1');
    await publishEvent(environment.publisher, `timeline:public:local${chosen}`, 'delete', '2');
    expect(await receivedBeforeFence(client, environment.publisher, `timeline:public:local${chosen}`)).toMatchObject([
      { payload: '2' },
    ]);
  });

  it('the first value of a repeated parameter counts', async () => {
    const openWith = (path: string) =>
      closeAfterTest(EventStreamClient.open(environment.server.url(`${streamingPath}/${path}`), authorization(viewer)));
    const clients = [
      [await openWith('hashtag?tag=first&tag=second'), 'timeline:hashtag:first'],
      [await openWith(`list?list=${persons.list}&list=${persons.otherList}`), `timeline:list:${persons.list}`],
      [await openWith('public?only_media=false&only_media=true'), 'timeline:public'],
    ] as const;
    for (const [client, channel] of clients) {
      expect(await receivedBeforeFence(client, environment.publisher, channel)).toEqual([]);
    }
  });

  describe.each(scopeCases)('a token with the scopes "$scopes"', ({ scopes, opens }) => {
    it.each(streams)(`may open ${opens.length ? opens.join(', ') : 'nothing'}: %s`, async (stream) => {
      const wanted = { token: await tokenWith(scopes), stream, params: paramsOf(stream), channel: 'timeline:public' };
      for (const transport of [eventStream, webSocket]) {
        const outcome = await transport
          .open(environment.server, environment.publisher, wanted)
          .catch((error: unknown) => error);
        if (opens.includes(stream)) {
          expect(outcome).not.toBeInstanceOf(Error);
          await (outcome as WebSocketClient).close();
        } else {
          expect(outcome).toBeInstanceOf(Refusal);
          expect((outcome as Refusal).status).toBe(401);
          const { headers, body } = outcome as Refusal;
          // A token that may open another stream gets a WebSocket, and a frame about this one.
          const inFrame = transport === webSocket && opens.length > 0;
          expect(headers['www-authenticate']).toBe(
            inFrame ? undefined : 'Bearer realm="streaming", error="insufficient_scope"',
          );
          expect(headers['x-error-message'] ?? (JSON.parse(body) as { error: string }).error).toBe(noScope);
        }
      }
    });
  });

  it.each(scopeCases.filter(({ opens }) => opens.length > 0))(
    'an open WebSocket with the scopes "$scopes" receives an error for each stream that it may not open',
    async ({ scopes, opens }) => {
      const headers = authorization({ token: await tokenWith(scopes) });
      const client = await closeAfterTest(
        WebSocketClient.open(environment.server.url(streamingPath, 'ws'), { headers }),
      );
      for (const stream of streams.filter((one) => !opens.includes(one))) {
        client.subscribe(stream, paramsOf(stream));
        expect(await client.nextError()).toEqual({ error: noScope, status: 401 });
      }
      client.subscribe('nothing');
      expect(await client.nextError()).toEqual({ error: 'Unknown stream type', status: 400 });
    },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  eventStream,
  untilSubscribed,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  streamingPath,
  transports,
  until,
  WebSocketClient,
  type Account,
  type RedisTestEnvironment,
  type StreamClient,
  type Transport,
  type Viewer,
} from '../support/index.js';
import { resultOf } from './filters.cases.js';

const channel = 'timeline:public';

describe('filter results', () => {
  let environment: RedisTestEnvironment;
  let author: Account;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    author = await environment.fixtures.account();
  });

  afterAll(async () => {
    await environment.stop();
  });

  /** A viewer with one keyword filter, whose title must not reach other viewers. */
  const filtering = async (title: string, keyword: string): Promise<Viewer> => {
    const viewer = await environment.fixtures.viewer();
    await environment.fixtures.filter(viewer.account, { title, keywords: [{ keyword }] });
    return viewer;
  };

  const filteredIn = (payload = '') => (JSON.parse(payload) as { filtered: unknown }).filtered;

  it('reach only the viewer who owns the filter, however many connections share the stream', async () => {
    const viewers = {
      cats: await filtering('no cats', 'cat'),
      dogs: await filtering('no dogs', 'dog'),
      nothing: await environment.fixtures.viewer(),
    };
    const results = {
      cats: [resultOf({ title: 'no cats' }, ['cat'])],
      dogs: [resultOf({ title: 'no dogs' }, ['dog'])],
      nothing: [],
    };
    const names = Object.keys(viewers) as (keyof typeof viewers)[];
    // Each viewer on each transport, twice on one, in alternating order.
    const clients: { readonly name: keyof typeof viewers; readonly client: StreamClient }[] = [];
    for (const transport of [...transports, eventStream]) {
      for (const name of names) {
        const { token } = viewers[name];
        const client = await transport.open(environment.server, environment.publisher, {
          token,
          stream: 'public',
          channel,
        });
        clients.push({ name, client });
      }
    }
    for (const content of ['<p>a cat and a dog</p>', '<p>a cat</p>', '<p>a dog</p>', '<p>neither</p>']) {
      await publishEvent(environment.publisher, channel, 'update', statusBy(author, { content }));
    }
    await publishEvent(environment.publisher, channel, 'last');
    for (const { name, client } of clients) {
      const received = await client.takeUntil(({ event }) => event === 'last');
      const both = results[name];
      const onCats = name === 'cats' ? both : [];
      const onDogs = name === 'dogs' ? both : [];
      expect(received.map(({ payload }) => filteredIn(payload))).toEqual([both, onCats, onDogs, []]);
      for (const other of names.filter((one) => one !== name)) {
        expect(received.map(({ raw }) => raw).join()).not.toContain(`no ${other}`);
      }
      await client.close();
    }
  });

  it('of viewers with equal filters carry each viewer’s own filter ids', async () => {
    const { fixtures, publisher, server } = environment;
    const viewers = [await filtering('same', 'cat'), await filtering('same', 'cat')];
    const clients = await Promise.all(
      viewers.map(({ token }) => eventStream.open(server, publisher, { token, stream: 'public', channel })),
    );
    await publishEvent(publisher, channel, 'update', statusBy(author, { content: '<p>cat</p>' }));
    for (const [index, client] of clients.entries()) {
      const account = viewers[index]?.account.id;
      const [filter] = await fixtures.sql('SELECT id FROM custom_filters WHERE account_id = $1', [account]);
      const [update] = await receivedBeforeFence(client, publisher, channel);
      expect(filteredIn(update?.payload)).toMatchObject([{ filter: { id: filter?.['id'] } }]);
      await client.close();
    }
  });

  it('continue on one connection after the viewer’s other connection closes', async () => {
    const { publisher, server } = environment;
    const { token } = await filtering('no cats', 'cat');
    const open = (transport: Transport) => transport.open(server, publisher, { token, stream: 'public', channel });
    const [stays, ...leaving] = await Promise.all(transports.map(open));
    await publishEvent(publisher, channel, 'update', statusBy(author, { content: '<p>cat</p>' }));
    await Promise.all(leaving.map((client) => client.close()));
    await publishEvent(publisher, channel, 'status.update', statusBy(author, { content: '<p>cat</p>' }));
    const received = await receivedBeforeFence(stays!, publisher, channel);
    const results = [resultOf({ title: 'no cats' }, ['cat'])];
    expect(received.map(({ payload }) => filteredIn(payload))).toEqual([results, results]);
    await stays?.close();
  });

  it('are in the events of every stream of one connection, once each', async () => {
    const { server, publisher } = environment;
    const { token } = await filtering('no cats', 'cat');
    const client = await WebSocketClient.open(server.url(`${streamingPath}/`, 'ws'), {
      headers: authorization({ token }),
    });
    const subscribed = [
      ['public', {}, channel],
      ['public:local', {}, `${channel}:local`],
      ['hashtag', { tag: 'Cats' }, 'timeline:hashtag:cats'],
      ['hashtag', { tag: 'cats' }, 'timeline:hashtag:cats'],
    ] as const;
    for (const [stream, params, fedBy] of subscribed) {
      client.subscribe(stream, params);
      await untilSubscribed(client, publisher, fedBy);
    }
    // Two subscriptions share a channel, so the last probe may have come through the other one.
    await until('the last subscription is in effect', async () => {
      await publishEvent(publisher, 'timeline:hashtag:cats', 'ready');
      return client.received.some(({ stream = [] }) => stream.join() === 'hashtag,cats');
    });
    const status = statusBy(author, { content: '<p>cat</p>' });
    const channels = new Set(subscribed.map(([, , fedBy]) => fedBy));
    for (const fedBy of channels) {
      await publishEvent(publisher, fedBy, 'update', status);
      await receivedBeforeFence(client, publisher, fedBy);
    }
    await receivedBeforeFence(client, publisher, channel);
    const updates = client.received.filter(({ event }) => event === 'update');
    const payload = { ...status, filtered: [resultOf({ title: 'no cats' }, ['cat'])] };
    expect(updates.map((one) => JSON.parse(one.payload ?? '') as unknown)).toEqual(subscribed.map(() => payload));
    expect(updates.map(({ stream = [] }) => stream.join()).sort()).toEqual([
      'hashtag,Cats',
      'hashtag,cats',
      'public',
      'public:local',
    ]);
    await client.close();
  });
});

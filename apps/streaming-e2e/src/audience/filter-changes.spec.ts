import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import {
  eventStream,
  untilSubscribed,
  multiplexedWebSocket,
  openTestEnvironment,
  ownRedis,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  until,
  type Account,
  type FilterOptions,
  type RedisTestEnvironment,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { resultOf } from './filters.cases.js';

const channel = 'timeline:public';
const cat: FilterOptions = { keywords: [{ keyword: 'cat' }] };

describe('a change of filters', () => {
  let environment: RedisTestEnvironment;
  let author: Account;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    author = await environment.fixtures.account();
  });

  afterAll(async () => {
    await environment.stop();
  });

  const open = async ({ token }: Viewer, transport = eventStream): Promise<StreamClient> => {
    const client = await transport.open(environment.server, environment.publisher, {
      token,
      stream: 'public',
      channel,
    });
    onTestFinished(() => client.close());
    return client;
  };

  /** Announces the change as the platform does: to the server, and on the home stream to the viewer's apps. */
  const announce = async ({ account }: Viewer) => {
    await publishEvent(environment.publisher, `timeline:system:${account.id}`, 'filters_changed');
    await publishEvent(environment.publisher, `timeline:${account.id}`, 'filters_changed');
  };

  const publishCat = () =>
    publishEvent(environment.publisher, channel, 'update', statusBy(author, { content: '<p>a cat</p>' }));

  const filteredIn = async (client: StreamClient): Promise<readonly unknown[]> => {
    const received = await receivedBeforeFence(client, environment.publisher, channel);
    return received
      .filter(({ event }) => event === 'update')
      .map(({ payload = '' }) => (JSON.parse(payload) as { filtered: unknown }).filtered);
  };

  it('applies to the next event after its announcement, each time, on all connections', async () => {
    const viewer = await environment.fixtures.viewer();
    const clients = [await open(viewer), await open(viewer, multiplexedWebSocket)];
    const expected: unknown[] = [];
    for (let time = 0; time < 10; time++) {
      const filter = { ...cat, title: `Filter ${time}`, action: time % 2 === 0 ? 'hide' : 'blur' } as const;
      const id = await environment.fixtures.filter(viewer.account, filter);
      await announce(viewer);
      await publishCat();
      expected.push([resultOf(filter, ['cat'])]);
      // The next change must not apply to the event before it.
      await filteredIn(clients[0]!);
      await environment.fixtures.sql('UPDATE custom_filter_keywords SET keyword = $1 WHERE custom_filter_id = $2', [
        'a',
        id,
      ]);
      await announce(viewer);
      await publishCat();
      expected.push([resultOf(filter, ['a'])]);
      await filteredIn(clients[0]!);
      await environment.fixtures.sql('DELETE FROM custom_filters WHERE id = $1', [id]);
      await announce(viewer);
      await publishCat();
      expected.push([]);
      await filteredIn(clients[0]!);
    }
    for (const client of clients) {
      await filteredIn(client);
      const updates = client.received.filter(({ event }) => event === 'update');
      const filtered = updates.map(({ payload = '' }) => (JSON.parse(payload) as { filtered: unknown }).filtered);
      expect(filtered).toEqual(expected);
    }
  });

  it('of one viewer does not change another viewer’s results', async () => {
    const [one, other] = [await environment.fixtures.viewer(), await environment.fixtures.viewer()];
    await environment.fixtures.filter(other.account, { ...cat, title: 'Theirs' });
    const [client, others] = [await open(one), await open(other)];
    await environment.fixtures.filter(one.account, { ...cat, title: 'Mine' });
    await announce(one);
    await publishCat();
    expect(await filteredIn(client)).toEqual([[resultOf({ title: 'Mine' }, ['cat'])]]);
    expect(await filteredIn(others)).toEqual([[resultOf({ title: 'Theirs' }, ['cat'])]]);
  });

  it('reaches the viewer’s apps as an event without payload', async () => {
    const viewer = await environment.fixtures.viewer();
    const home = `timeline:${viewer.account.id}`;
    const { token } = viewer;
    for (const [transport, payload] of [
      [eventStream, '{}'],
      [multiplexedWebSocket, undefined],
    ] as const) {
      const client = await transport.open(environment.server, environment.publisher, {
        token,
        stream: 'user',
        channel: home,
      });
      await announce(viewer);
      const [received] = await receivedBeforeFence(client, environment.publisher, home);
      expect([received?.event, received?.payload]).toEqual(['filters_changed', payload]);
      await client.close();
    }
  });

  it('that was announced while Redis was down applies once Redis is back', async (test) => {
    const redis = await ownRedis(test);
    onTestFinished(() => redis.stop());
    const away = await openTestEnvironment({ redisUrl: redis.url });
    onTestFinished(() => away.stop());
    const { server, publisher, fixtures } = away;
    const viewer = await fixtures.viewer();
    const client = await eventStream.open(server, publisher, { token: viewer.token, stream: 'public', channel });
    const filteredOnce = async () => {
      await publishEvent(publisher, channel, 'update', statusBy(author, { content: '<p>a cat</p>' }));
      const { payload = '' } = (await receivedBeforeFence(client, publisher, channel)).at(-1) ?? {};
      return (JSON.parse(payload) as { filtered: unknown }).filtered;
    };
    expect(await filteredOnce()).toEqual([]);
    await redis.control.stop();
    await fixtures.filter(viewer.account, cat);
    await redis.control.start();
    await untilSubscribed(client, publisher, channel);
    expect(await filteredOnce()).toEqual([resultOf(cat, ['cat'])]);
    await client.close();
  });

  it('needs no announcement when a filter or a mute expires', async () => {
    const viewer = await environment.fixtures.viewer();
    const muted = await environment.fixtures.account();
    const expiresAt = new Date(Date.now() + 1_500);
    await environment.fixtures.filter(viewer.account, { ...cat, expiresAt });
    await environment.fixtures.mute(viewer.account, muted, expiresAt);
    const client = await open(viewer);
    const publishBoth = async () => {
      await publishCat();
      await publishEvent(environment.publisher, channel, 'update', statusBy(muted, { content: '<p>dog</p>' }));
      return filteredIn(client);
    };
    const before = await publishBoth();
    // On a very slow machine the filter may have expired before the first event.
    if (Date.now() < expiresAt.getTime()) {
      expect(before).toEqual([[resultOf({ ...cat, expiresAt }, ['cat'])]]);
    }
    await until('the filter has expired', () => Date.now() > expiresAt.getTime());
    expect(await publishBoth()).toEqual([[], []]);
  });
});

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import {
  eventStream,
  listening,
  multiplexedWebSocket,
  openWorld,
  ownRedis,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  until,
  type Account,
  type FilterOptions,
  type RedisWorld,
  type StreamClient,
  type Viewer,
} from '../support/index.js';
import { resultOf } from './filters.cases.js';

const channel = 'timeline:public';
const cat: FilterOptions = { keywords: [{ keyword: 'cat' }] };

describe('changes of filters', () => {
  let world: RedisWorld;
  let author: Account;

  beforeAll(async () => {
    world = await openWorld();
    author = await world.fixtures.account();
  });

  afterAll(async () => {
    await world.stop();
  });

  const open = async ({ token }: Viewer, transport = eventStream): Promise<StreamClient> => {
    const client = await transport.open(world.server, world.feed, { token, stream: 'public', channel });
    onTestFinished(() => client.close());
    return client;
  };

  /** Says that they have changed, as the platform does: to the server, and on the home stream to the viewer's apps. */
  const announce = async ({ account }: Viewer) => {
    await publishEvent(world.feed, `timeline:system:${account.id}`, 'filters_changed');
    await publishEvent(world.feed, `timeline:${account.id}`, 'filters_changed');
  };

  const publishCat = () => publishEvent(world.feed, channel, 'update', statusBy(author, { content: '<p>a cat</p>' }));

  const filteredIn = async (client: StreamClient): Promise<readonly unknown[]> => {
    const received = await receivedBeforeFence(client, world.feed, channel);
    return received
      .filter(({ event }) => event === 'update')
      .map(({ payload = '' }) => (JSON.parse(payload) as { filtered: unknown }).filtered);
  };

  it('that are announced hold for the next event, again and again, on all connections', async () => {
    const viewer = await world.fixtures.viewer();
    const clients = [await open(viewer), await open(viewer, multiplexedWebSocket)];
    const expected: unknown[] = [];
    for (let time = 0; time < 10; time++) {
      const filter = { ...cat, title: `Filter ${time}`, action: time % 2 === 0 ? 'hide' : 'blur' } as const;
      const id = await world.fixtures.filter(viewer.account, filter);
      await announce(viewer);
      await publishCat();
      expected.push([resultOf(filter, ['cat'])]);
      // What follows at once must not hold for what is before it.
      await filteredIn(clients[0]!);
      await world.fixtures.sql('UPDATE custom_filter_keywords SET keyword = $1 WHERE custom_filter_id = $2', ['a', id]);
      await announce(viewer);
      await publishCat();
      expected.push([resultOf(filter, ['a'])]);
      await filteredIn(clients[0]!);
      await world.fixtures.sql('DELETE FROM custom_filters WHERE id = $1', [id]);
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

  it('of one viewer are no change for another', async () => {
    const [one, other] = [await world.fixtures.viewer(), await world.fixtures.viewer()];
    await world.fixtures.filter(other.account, { ...cat, title: 'Theirs' });
    const [client, others] = [await open(one), await open(other)];
    await world.fixtures.filter(one.account, { ...cat, title: 'Mine' });
    await announce(one);
    await publishCat();
    expect(await filteredIn(client)).toEqual([[resultOf({ title: 'Mine' }, ['cat'])]]);
    expect(await filteredIn(others)).toEqual([[resultOf({ title: 'Theirs' }, ['cat'])]]);
  });

  it('reach the viewer’s apps, although they have no payload', async () => {
    const viewer = await world.fixtures.viewer();
    const home = `timeline:${viewer.account.id}`;
    const { token } = viewer;
    for (const [transport, payload] of [
      [eventStream, '{}'],
      [multiplexedWebSocket, undefined],
    ] as const) {
      const client = await transport.open(world.server, world.feed, { token, stream: 'user', channel: home });
      await announce(viewer);
      const [received] = await receivedBeforeFence(client, world.feed, home);
      expect([received?.event, received?.payload]).toEqual(['filters_changed', payload]);
      await client.close();
    }
  });

  it('that were announced while Redis was away hold once it is back', async (test) => {
    const redis = await ownRedis(test);
    onTestFinished(() => redis.stop());
    const away = await openWorld({ redisUrl: redis.url });
    onTestFinished(() => away.stop());
    const { server, feed, fixtures } = away;
    const viewer = await fixtures.viewer();
    const client = await eventStream.open(server, feed, { token: viewer.token, stream: 'public', channel });
    const filteredOnce = async () => {
      await publishEvent(feed, channel, 'update', statusBy(author, { content: '<p>a cat</p>' }));
      const { payload = '' } = (await receivedBeforeFence(client, feed, channel)).at(-1) ?? {};
      return (JSON.parse(payload) as { filtered: unknown }).filtered;
    };
    expect(await filteredOnce()).toEqual([]);
    await redis.control.stop();
    await fixtures.filter(viewer.account, cat);
    await redis.control.start();
    await listening(client, feed, channel);
    expect(await filteredOnce()).toEqual([resultOf(cat, ['cat'])]);
    await client.close();
  });

  it('by the clock, when a filter or a mute expires, need no announcement', async () => {
    const viewer = await world.fixtures.viewer();
    const muted = await world.fixtures.account();
    const expiresAt = new Date(Date.now() + 1_500);
    await world.fixtures.filter(viewer.account, { ...cat, expiresAt });
    await world.fixtures.mute(viewer.account, muted, expiresAt);
    const client = await open(viewer);
    const publishBoth = async () => {
      await publishCat();
      await publishEvent(world.feed, channel, 'update', statusBy(muted, { content: '<p>dog</p>' }));
      return filteredIn(client);
    };
    const before = await publishBoth();
    // On a machine that was very slow so far there is nothing to be seen before.
    if (Date.now() < expiresAt.getTime()) {
      expect(before).toEqual([[resultOf({ ...cat, expiresAt }, ['cat'])]]);
    }
    await until('the time has come', () => Date.now() > expiresAt.getTime());
    expect(await publishBoth()).toEqual([[], []]);
  });
});

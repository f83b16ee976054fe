import { channels, StreamPublisher, viaIoredis } from '@fedistream/publisher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  openWorld,
  statusBy,
  transports,
  webSocket,
  type Account,
  type RedisWorld,
  type Viewer,
} from '../support/index.js';

describe('what a service of the platform publishes with StreamPublisher', () => {
  let world: RedisWorld;
  let publisher: StreamPublisher;
  let viewer: Viewer;

  beforeAll(async () => {
    world = await openWorld();
    publisher = new StreamPublisher(viaIoredis(world.feed.client), { namespace: world.env['REDIS_NAMESPACE'] });
    viewer = await world.fixtures.viewer();
  });

  afterAll(async () => {
    await world.stop();
  });

  /** A public status as the publisher's types want it. */
  const statusOf = (author: Account) => {
    const { id, account, content } = statusBy(author);
    return { id, account, content, visibility: 'public' as const, language: 'en' };
  };

  it.each(transports)('reaches whoever listens to the channel, as it was published ($name)', async (transport) => {
    const channel = channels.public();
    const client = await transport.open(world.server, world.feed, { token: viewer.token, stream: 'public', channel });
    const status = statusOf(await world.fixtures.account());
    await publisher.publish(channel, 'update', status);
    await publisher.publish(channel, 'delete', status.id);
    const { event, payload = '' } = await client.next();
    expect({ event, payload: JSON.parse(payload) as unknown }).toMatchObject({ event: 'update', payload: status });
    expect(await client.next()).toMatchObject({ event: 'delete', payload: status.id });
    await client.close();
  });

  it('reaches those home timelines of many that are open, and is published on no other', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => world.fixtures.account()));
    const homes = [...others, viewer.account].map(({ id }) => channels.home(id));
    const channel = channels.home(viewer.account.id);
    const client = await eventStream.open(world.server, world.feed, { token: viewer.token, stream: 'user', channel });
    const status = statusOf(viewer.account);
    expect(await publisher.publishToSubscribed(homes, 'update', status)).toBe(1);
    const { event, payload = '' } = await client.next();
    expect({ event, payload: JSON.parse(payload) as unknown }).toEqual({ event: 'update', payload: status });
    expect(await publisher.isSubscribed(channel)).toBe(true);
    expect(await publisher.subscribed(homes)).toEqual([channel]);
    await client.close();
  });

  it('ends the connections of a token, and no others', async () => {
    const { id, token } = await world.fixtures.token(viewer.user);
    const channel = channels.home(viewer.account.id);
    const wanted = { stream: 'user', channel };
    const staying = await webSocket.open(world.server, world.feed, { ...wanted, token: viewer.token });
    const ending = [
      await webSocket.open(world.server, world.feed, { ...wanted, token }),
      await eventStream.open(world.server, world.feed, { ...wanted, token }),
    ];
    await publisher.publish(channels.accessToken(id), 'kill');
    expect(await Promise.all(ending.map(({ ended }) => ended))).toMatchObject([{ code: 1000 }, { code: 1000 }]);
    await publisher.publish(channel, 'filters_changed');
    expect(await staying.next()).toMatchObject({ event: 'filters_changed' });
    await staying.close();
  });
});

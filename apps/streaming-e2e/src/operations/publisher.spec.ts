import { channels, StreamPublisher, viaIoredis } from '@fedistream/publisher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  openTestEnvironment,
  statusBy,
  transports,
  webSocket,
  type Account,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';

describe('an event published with StreamPublisher', () => {
  let environment: RedisTestEnvironment;
  let publisher: StreamPublisher;
  let viewer: Viewer;

  beforeAll(async () => {
    environment = await openTestEnvironment();
    publisher = new StreamPublisher(viaIoredis(environment.publisher.client), {
      namespace: environment.env['REDIS_NAMESPACE'],
    });
    viewer = await environment.fixtures.viewer();
  });

  afterAll(async () => {
    await environment.stop();
  });

  /** A public status as the publisher's types want it. */
  const statusOf = (author: Account) => {
    const { id, account, content } = statusBy(author);
    return { id, account, content, visibility: 'public' as const, language: 'en' };
  };

  it.each(transports)('reaches the clients of its channel unchanged ($name)', async (transport) => {
    const channel = channels.public();
    const client = await transport.open(environment.server, environment.publisher, {
      token: viewer.token,
      stream: 'public',
      channel,
    });
    const status = statusOf(await environment.fixtures.account());
    await publisher.publish(channel, 'update', status);
    await publisher.publish(channel, 'delete', status.id);
    const { event, payload = '' } = await client.next();
    expect({ event, payload: JSON.parse(payload) as unknown }).toMatchObject({ event: 'update', payload: status });
    expect(await client.next()).toMatchObject({ event: 'delete', payload: status.id });
    await client.close();
  });

  it('for many home timelines is published only on those that are open', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => environment.fixtures.account()));
    const homes = [...others, viewer.account].map(({ id }) => channels.home(id));
    const channel = channels.home(viewer.account.id);
    const client = await eventStream.open(environment.server, environment.publisher, {
      token: viewer.token,
      stream: 'user',
      channel,
    });
    const status = statusOf(viewer.account);
    expect(await publisher.publishToSubscribed(homes, 'update', status)).toBe(1);
    const { event, payload = '' } = await client.next();
    expect({ event, payload: JSON.parse(payload) as unknown }).toEqual({ event: 'update', payload: status });
    expect(await publisher.isSubscribed(channel)).toBe(true);
    expect(await publisher.subscribed(homes)).toEqual([channel]);
    await client.close();
  });

  it('of the kind kill ends the connections of a token, and no others', async () => {
    const { id, token } = await environment.fixtures.token(viewer.user);
    const channel = channels.home(viewer.account.id);
    const wanted = { stream: 'user', channel };
    const staying = await webSocket.open(environment.server, environment.publisher, { ...wanted, token: viewer.token });
    const ending = [
      await webSocket.open(environment.server, environment.publisher, { ...wanted, token }),
      await eventStream.open(environment.server, environment.publisher, { ...wanted, token }),
    ];
    await publisher.publish(channels.accessToken(id), 'kill');
    expect(await Promise.all(ending.map(({ ended }) => ended))).toMatchObject([{ code: 1000 }, { code: 1000 }]);
    await publisher.publish(channel, 'filters_changed');
    expect(await staying.next()).toMatchObject({ event: 'filters_changed' });
    await staying.close();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  openWorld,
  publishEvent,
  receivedBeforeFence,
  Server,
  statusBy,
  untilMetric,
  webSocket,
  type RedisWorld,
  type Viewer,
} from '../support/index.js';

const publicStream = { stream: 'public', channel: 'timeline:public' };

describe('two servers on one Redis and one PostgreSQL', () => {
  let world: RedisWorld;
  let first: Server;
  let second: Server;
  let viewer: Viewer;
  let home: { readonly token: string; readonly stream: string; readonly channel: string };

  beforeAll(async () => {
    world = await openWorld();
    first = world.server;
    second = await Server.start(world.env);
    viewer = await world.fixtures.viewer();
    home = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    await untilMetric(second, 'fedistream_broker_up', {}, 1);
  });

  afterAll(async () => {
    await second.stop();
    await world.stop();
  });

  it('both bring a public event to their clients, who see the same', async () => {
    const { feed, fixtures } = world;
    const here = await webSocket.open(first, feed, { token: viewer.token, ...publicStream });
    const there = await webSocket.open(second, feed, { token: viewer.token, ...publicStream });
    const status = statusBy(await fixtures.account({ domain: 'remote.example' }));
    await publishEvent(feed, publicStream.channel, 'update', status);
    const received = await here.next();
    expect(JSON.parse(received.payload ?? '')).toMatchObject({ id: status.id });
    expect(await there.next()).toEqual(received);
    await Promise.all([here.close(), there.close()]);
  });

  it('bring home events wherever the account is connected: to one of them, to the other, to both', async () => {
    const { feed } = world;
    const here = await eventStream.open(first, feed, home);
    await publishEvent(feed, home.channel, 'delete', '1');
    expect(await receivedBeforeFence(here, feed, home.channel)).toMatchObject([{ payload: '1' }]);
    const there = await webSocket.open(second, feed, home);
    await publishEvent(feed, home.channel, 'delete', '2');
    expect(await here.next()).toMatchObject({ payload: '2' });
    expect(await there.next()).toMatchObject({ payload: '2' });
    await here.close();
    await publishEvent(feed, home.channel, 'delete', '3');
    expect(await receivedBeforeFence(there, feed, home.channel)).toMatchObject([{ payload: '3' }]);
    await there.close();
  });

  it('both obey a kill', async () => {
    const { feed, fixtures } = world;
    const { id, token } = await fixtures.token(viewer.user);
    const here = await webSocket.open(first, feed, { ...home, token });
    const there = await webSocket.open(second, feed, { ...home, token });
    await publishEvent(feed, `timeline:access_token:${id}`, 'kill');
    expect(await Promise.all([here.ended, there.ended])).toMatchObject([{ code: 1000 }, { code: 1000 }]);
  });

  it('go on telling the platform of a listener when the other one ends, and the other one’s clients come over', async () => {
    const { feed } = world;
    const staying = await webSocket.open(first, feed, home);
    const leaving = await webSocket.open(second, feed, home);
    await feed.subscribers(home.channel, 2);
    const key = feed.prefixed(`subscribed:${home.channel}`);
    const before = await feed.client.ttl(key);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(await leaving.ended).toMatchObject({ code: 1012 });
    await feed.subscribers(home.channel, 1);
    // As long as before, but for the seconds that have passed: no server shortens what the other one may rely on.
    expect(await feed.client.ttl(key)).toBeGreaterThan(before - 60);
    const back = await webSocket.open(first, feed, home);
    await publishEvent(feed, home.channel, 'delete', '4');
    expect(await staying.next()).toMatchObject({ payload: '4' });
    expect(await back.next()).toMatchObject({ payload: '4' });
    await Promise.all([staying.close(), back.close()]);
  });
});

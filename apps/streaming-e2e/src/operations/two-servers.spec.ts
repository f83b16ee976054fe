import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  eventStream,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  Server,
  statusBy,
  untilMetric,
  webSocket,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';

const publicStream = { stream: 'public', channel: 'timeline:public' };

describe('two servers on one Redis and one PostgreSQL', () => {
  let environment: RedisTestEnvironment;
  let first: Server;
  let second: Server;
  let viewer: Viewer;
  let home: { readonly token: string; readonly stream: string; readonly channel: string };

  beforeAll(async () => {
    environment = await openTestEnvironment();
    first = environment.server;
    second = await Server.start(environment.env);
    viewer = await environment.fixtures.viewer();
    home = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
    await untilMetric(second, 'fedistream_broker_up', {}, 1);
  });

  afterAll(async () => {
    await second.stop();
    await environment.stop();
  });

  it('deliver a public event to the clients of both', async () => {
    const { publisher, fixtures } = environment;
    const here = await webSocket.open(first, publisher, { token: viewer.token, ...publicStream });
    const there = await webSocket.open(second, publisher, { token: viewer.token, ...publicStream });
    const status = statusBy(await fixtures.account({ domain: 'remote.example' }));
    await publishEvent(publisher, publicStream.channel, 'update', status);
    const received = await here.next();
    expect(JSON.parse(received.payload ?? '')).toMatchObject({ id: status.id });
    expect(await there.next()).toEqual(received);
    await Promise.all([here.close(), there.close()]);
  });

  it('deliver home events on the first, the second, or both, wherever the account is connected', async () => {
    const { publisher } = environment;
    const here = await eventStream.open(first, publisher, home);
    await publishEvent(publisher, home.channel, 'delete', '1');
    expect(await receivedBeforeFence(here, publisher, home.channel)).toMatchObject([{ payload: '1' }]);
    const there = await webSocket.open(second, publisher, home);
    await publishEvent(publisher, home.channel, 'delete', '2');
    expect(await here.next()).toMatchObject({ payload: '2' });
    expect(await there.next()).toMatchObject({ payload: '2' });
    await here.close();
    await publishEvent(publisher, home.channel, 'delete', '3');
    expect(await receivedBeforeFence(there, publisher, home.channel)).toMatchObject([{ payload: '3' }]);
    await there.close();
  });

  it('both end the connections of a killed token', async () => {
    const { publisher, fixtures } = environment;
    const { id, token } = await fixtures.token(viewer.user);
    const here = await webSocket.open(first, publisher, { ...home, token });
    const there = await webSocket.open(second, publisher, { ...home, token });
    await publishEvent(publisher, `timeline:access_token:${id}`, 'kill');
    expect(await Promise.all([here.ended, there.ended])).toMatchObject([{ code: 1000 }, { code: 1000 }]);
  });

  it('keep the presence key when one of them stops, and take over its clients', async () => {
    const { publisher } = environment;
    const staying = await webSocket.open(first, publisher, home);
    const leaving = await webSocket.open(second, publisher, home);
    await publisher.subscribers(home.channel, 2);
    const key = publisher.prefixed(`subscribed:${home.channel}`);
    const before = await publisher.client.ttl(key);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    expect(await leaving.ended).toMatchObject({ code: 1012 });
    await publisher.subscribers(home.channel, 1);
    // As long as before, but for the seconds that have passed: no server shortens what the other one may rely on.
    expect(await publisher.client.ttl(key)).toBeGreaterThan(before - 60);
    const back = await webSocket.open(first, publisher, home);
    await publishEvent(publisher, home.channel, 'delete', '4');
    expect(await staying.next()).toMatchObject({ payload: '4' });
    expect(await back.next()).toMatchObject({ payload: '4' });
    await Promise.all([staying.close(), back.close()]);
  });
});

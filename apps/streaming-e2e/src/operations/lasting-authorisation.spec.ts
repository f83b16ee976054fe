import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  authorization,
  eventStream,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  streamingPath,
  until,
  untilSubscribed,
  WebSocketClient,
  type RedisTestEnvironment,
  type StreamClient,
  type Viewer,
} from '../support/index.js';

const missingScope = { error: 'Access token does not have the required scopes', status: 401 };

describe('an open subscription', () => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  const clients: StreamClient[] = [];

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { TOKEN_REVALIDATION_SECONDS: '1' } });
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  afterAll(async () => {
    await environment.stop();
  });

  const home = () => `timeline:${viewer.account.id}`;
  const notifications = () => `${home()}:notifications`;

  /** A WebSocket with these subscriptions: streams with a channel that each listens to. */
  async function connect(subscriptions: Readonly<Record<string, string>>): Promise<WebSocketClient> {
    const client = await WebSocketClient.open(environment.server.url(streamingPath, 'ws'), {
      headers: authorization(viewer),
    });
    clients.push(client);
    for (const [stream, channel] of Object.entries(subscriptions)) {
      client.subscribe(stream);
      await untilSubscribed(client, environment.publisher, channel);
    }
    return client;
  }

  async function openEventStream(stream: string, channel: string, params = {}): Promise<StreamClient> {
    const client = await eventStream.open(environment.server, environment.publisher, {
      token: viewer.token,
      stream,
      channel,
      params,
    });
    clients.push(client);
    return client;
  }

  async function setScopes(scopes: string): Promise<void> {
    await environment.fixtures.sql('UPDATE oauth_access_tokens SET scopes = $1 WHERE id = $2', [
      scopes,
      viewer.tokenId,
    ]);
  }

  it('ends alone when its token loses the scope for its stream', async () => {
    viewer = await environment.fixtures.viewer({ scopes: 'read:statuses read:notifications' });
    const socket = await connect({
      direct: `timeline:direct:${viewer.account.id}`,
      'user:notification': notifications(),
    });
    const stream = await openEventStream('direct', `timeline:direct:${viewer.account.id}`);
    const other = await openEventStream('user/notification', notifications());
    await setScopes('read:notifications');
    expect(await socket.nextError()).toEqual(missingScope);
    expect(await stream.ended).toMatchObject({ code: 1000 });
    await publishEvent(environment.publisher, `timeline:direct:${viewer.account.id}`, 'delete', 'too late');
    await publishEvent(environment.publisher, notifications(), 'delete', 'still allowed');
    for (const client of [socket, other]) {
      const received = await receivedBeforeFence(client, environment.publisher, notifications());
      expect(received.filter(({ event }) => event === 'delete')).toMatchObject([{ payload: 'still allowed' }]);
    }
  });

  it('of user ends when its token loses the scope for notifications, and can be opened again without them', async () => {
    viewer = await environment.fixtures.viewer({ scopes: 'read:statuses read:notifications' });
    const socket = await connect({ user: notifications() });
    await setScopes('read:statuses');
    expect(await socket.nextError()).toEqual(missingScope);
    socket.subscribe('user');
    await untilSubscribed(socket, environment.publisher, home());
    await publishEvent(environment.publisher, notifications(), 'notification', { id: 'hidden' });
    expect(await receivedBeforeFence(socket, environment.publisher, home())).toEqual([]);
  });

  it('stays when its token gains scopes, and the connection has them at once', async () => {
    viewer = await environment.fixtures.viewer({ scopes: 'read:notifications' });
    const socket = await connect({ 'user:notification': notifications() });
    socket.subscribe('direct');
    expect(await socket.nextError()).toEqual(missingScope);
    await setScopes('read:notifications read:statuses');
    const channel = `timeline:direct:${viewer.account.id}`;
    // Refused until the next re-validation.
    await until('the stream is no longer refused', async () => {
      const refused = socket.errors.length;
      socket.subscribe('direct');
      await socket.ping();
      return socket.errors.length === refused;
    });
    await untilSubscribed(socket, environment.publisher, channel);
    await publishEvent(environment.publisher, notifications(), 'delete', '1');
    expect(await receivedBeforeFence(socket, environment.publisher, notifications())).toMatchObject([{ payload: '1' }]);
  });

  it.each([
    ['is deleted', (list: string) => environment.fixtures.sql('DELETE FROM lists WHERE id = $1', [list])],
    [
      'is given to another account',
      async (list: string) => {
        const { id } = await environment.fixtures.account();
        await environment.fixtures.sql('UPDATE lists SET account_id = $1 WHERE id = $2', [id, list]);
      },
    ],
  ])('of a list ends alone when the list %s', async (_, change) => {
    viewer = await environment.fixtures.viewer();
    const list = await environment.fixtures.list(viewer.account);
    const kept = await environment.fixtures.list(viewer.account);
    const channel = `timeline:list:${list}`;
    const stream = await openEventStream('list', channel, { list });
    const webSocket = await connect({});
    webSocket.subscribe('list', { list });
    await untilSubscribed(webSocket, environment.publisher, channel);
    webSocket.subscribe('list', { list: kept });
    await untilSubscribed(webSocket, environment.publisher, `timeline:list:${kept}`);
    await change(list);
    expect(await webSocket.nextError()).toEqual({ error: 'Not authorized to stream this list', status: 401 });
    expect(await stream.ended).toMatchObject({ code: 1000 });
    await publishEvent(environment.publisher, channel, 'delete', 'too late');
    await publishEvent(environment.publisher, `timeline:list:${kept}`, 'delete', 'of the other list');
    const received = await receivedBeforeFence(webSocket, environment.publisher, `timeline:list:${kept}`);
    expect(received.map(({ payload }) => payload)).toEqual(['of the other list']);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { migrate } from '@fedistream/database';

import { nothingLeft, openCheckedWorld } from '../conformance/checked-world.js';
import { opened } from '../conformance/opened.js';
import {
  ask,
  authorization,
  eventStream,
  listening,
  metric,
  ownPostgres,
  publishEvent,
  receivedBeforeFence,
  Server,
  statusBy,
  streamingPath,
  transports,
  until,
  webSocket,
  WebSocketClient,
  type RedisWorld,
  type Viewer,
} from '../support/index.js';
import { Bystanders } from './bystanders.js';
import { TableLock } from './table-lock.js';
import { expectUnavailable, unavailable } from './unavailable.js';

describe('PostgreSQL', () => {
  let world: RedisWorld;
  let bystanders: Bystanders;
  let viewer: Viewer;
  let list: string;

  beforeAll(async () => {
    world = await openCheckedWorld();
  });

  afterAll(async () => {
    await world.stop();
  });

  beforeEach(async () => {
    viewer = await world.fixtures.viewer();
    list = await world.fixtures.list(viewer.account);
    bystanders = await Bystanders.open(world);
  });

  afterEach(async () => {
    await bystanders.undisturbed();
    await bystanders.close();
    await nothingLeft(world);
  });

  const openSocket = () => {
    const url = world.server.url(streamingPath, 'ws');
    return WebSocketClient.open(url, { headers: authorization(viewer) });
  };
  const openWith = async (transport: typeof eventStream, token: string) =>
    transport.open(world.server, world.feed, { token, stream: 'user', channel: `timeline:${viewer.account.id}` });
  const openList = (transport: typeof eventStream) =>
    transport.open(world.server, world.feed, {
      token: viewer.token,
      stream: 'list',
      params: { list },
      channel: `timeline:list:${list}`,
    });

  it('may end its idle connections: everybody stays, and newcomers are let in', async () => {
    for (let time = 0; time < 3; time++) {
      expect(await metric(world.server, 'pg_pool_idle_connections')).toBeGreaterThan(0);
      await world.fixtures.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await until('it is seen', async () => (await metric(world.server, 'pg_pool_total_connections')) === 0);
      await bystanders.undisturbed();
      for (const transport of transports) {
        const client = await openList(transport);
        expect(await receivedBeforeFence(client, world.feed, `timeline:list:${list}`)).toEqual([]);
        await client.close();
      }
    }
  });

  it('may end a connection over which a token is looked up: who waits is told to come back', async () => {
    const second = await world.fixtures.token(viewer.user);
    const lock = await TableLock.take(world, 'oauth_access_tokens');
    const refused = [
      expectUnavailable(openWith(eventStream, viewer.token)),
      expectUnavailable(openWith(webSocket, second.token)),
    ];
    await lock.awaited(2);
    await lock.terminateWaiting();
    await Promise.all(refused);
    await lock.release();
    await (await openWith(eventStream, viewer.token)).close();
  });

  it('may end a connection over which a list is looked up: who waits is told to come back', async () => {
    const socket = await openSocket();
    const lock = await TableLock.take(world, 'lists');
    const refused = [expectUnavailable(openList(eventStream)), expectUnavailable(openList(webSocket))];
    socket.subscribe('list', { list });
    await lock.awaited(3);
    await lock.terminateWaiting();
    expect(await socket.nextError()).toEqual({ error: unavailable, status: 503 });
    await Promise.all(refused);
    await lock.release();
    socket.subscribe('list', { list });
    await listening(socket, world.feed, `timeline:list:${list}`);
    await socket.close();
  });

  it('may answer too late: who waits is told to come back', async () => {
    const second = await world.fixtures.token(viewer.user);
    const socket = await openSocket();
    const lock = await TableLock.take(world, 'oauth_access_tokens', 'lists');
    socket.subscribe('list', { list });
    await Promise.all([
      expectUnavailable(openWith(eventStream, viewer.token)),
      expectUnavailable(openWith(webSocket, second.token)),
    ]);
    expect(await socket.nextError()).toEqual({ error: unavailable, status: 503 });
    await lock.release();
    await socket.close();
  });

  it('may be slow to decide about fifty statuses: newcomers are let in meanwhile', async () => {
    const author = await world.fixtures.account();
    const socket = await openSocket();
    const tags = Array.from({ length: 50 }, (_, index) => `slow${index}`);
    for (const tag of tags) {
      socket.subscribe('hashtag', { tag });
    }
    await listening(socket, world.feed, 'timeline:hashtag:slow49');
    const lock = await TableLock.take(world, 'blocks');
    for (const tag of tags) {
      await publishEvent(world.feed, `timeline:hashtag:${tag}`, 'update', statusBy(author));
    }
    await until('they wait', async () => (await lock.waiting()) > 0);
    for (const transport of transports) {
      await (await openList(transport)).close();
    }
    await lock.release();
    for (const tag of tags) {
      expect((await socket.next()).stream?.[0], tag).toBe('hashtag');
    }
    await socket.close();
  });
});

describe('PostgreSQL that is down', () => {
  it('lets nobody in, tells them to come back, and leaves home streams alone', async (test) => {
    const postgres = await ownPostgres(test);
    const databaseUrl = await postgres.createDatabase();
    await migrate(databaseUrl);
    const world = await openCheckedWorld({ databaseUrl });
    try {
      const { server, feed } = world;
      const viewer = await world.fixtures.viewer();
      const list = await world.fixtures.list(viewer.account);
      const home = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
      const clients = await Promise.all(transports.map((transport) => opened(transport.open(server, feed, home))));
      const socket = await opened(
        WebSocketClient.open(server.url(streamingPath, 'ws'), { headers: authorization(viewer) }),
      );

      await postgres.control.stop();
      await expectUnavailable(eventStream.open(server, feed, home));
      await expectUnavailable(webSocket.open(server, feed, home));
      expect(
        (await ask(server.url(`${streamingPath}/user`), { method: 'HEAD', headers: authorization(viewer) })).status,
      ).toBe(503);
      socket.subscribe('list', { list });
      expect(await socket.nextError()).toEqual({ error: unavailable, status: 503 });
      expect((await ask(server.url(`${streamingPath}/health`))).status).toBe(200);
      for (const client of clients) {
        await publishEvent(feed, home.channel, 'delete', '1');
        expect(await receivedBeforeFence(client, feed, home.channel)).toContainEqual(
          expect.objectContaining({ event: 'delete', payload: '1' }),
        );
      }
      // A server that is started now starts, and lets people in as soon as it can.
      const later = await Server.start(world.env);
      await expectUnavailable(eventStream.open(later, feed, home));

      await postgres.control.start();
      for (const one of [server, later]) {
        for (const transport of [eventStream, webSocket]) {
          await (await transport.open(one, feed, home)).close();
        }
      }
      expect(await later.stop()).toEqual({ code: 0, signal: null });
      socket.subscribe('list', { list });
      await listening(socket, feed, `timeline:list:${list}`);
      await Promise.all([...clients, socket].map((client) => client.close()));
    } finally {
      await postgres.control.start();
      await world.stop();
      await postgres.stop();
    }
  });
});

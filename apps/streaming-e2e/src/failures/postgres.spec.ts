import { describe, expect, it } from 'vitest';

import { migrate } from '@fedistream/database';

import { openCheckedEnvironment } from '../conformance/checked-environment.js';
import { closeAfterTest } from '../conformance/close-after-test.js';
import {
  httpRequest,
  authorization,
  eventStream,
  untilSubscribed,
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
  TableLock,
  untilMetric,
} from '../support/index.js';
import { expectUnavailable, unavailable } from './unavailable.js';
import { watchedEnvironment } from './watched-environment.js';

describe('PostgreSQL', () => {
  const watched = watchedEnvironment();

  const openSocket = () => {
    const url = watched.server.url(streamingPath, 'ws');
    return WebSocketClient.open(url, { headers: authorization(watched.viewer) });
  };
  const openWith = async (transport: typeof eventStream, token: string) =>
    transport.open(watched.server, watched.publisher, {
      token,
      stream: 'user',
      channel: `timeline:${watched.viewer.account.id}`,
    });
  const openList = (transport: typeof eventStream) =>
    transport.open(watched.server, watched.publisher, {
      token: watched.viewer.token,
      stream: 'list',
      params: { list: watched.list },
      channel: `timeline:list:${watched.list}`,
    });

  it('may end its idle connections: clients stay connected, and new ones are accepted', async () => {
    for (let time = 0; time < 3; time++) {
      await untilMetric(watched.server, 'pg_pool_idle_connections', {}, (idle) => idle > 0);
      await watched.fixtures.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await untilMetric(watched.server, 'pg_pool_total_connections', {}, 0);
      await watched.others.undisturbed();
      for (const transport of transports) {
        const client = await openList(transport);
        expect(await receivedBeforeFence(client, watched.publisher, `timeline:list:${watched.list}`)).toEqual([]);
        await client.close();
      }
    }
  });

  it('may end the connection of a token lookup: the waiting client receives 503', async () => {
    const second = await watched.fixtures.token(watched.viewer.user);
    const lock = await TableLock.take(watched, 'oauth_access_tokens');
    // One after the other, since one statement would serve both at the same time.
    const first = expectUnavailable(openWith(eventStream, watched.viewer.token));
    await lock.untilBlocked(1);
    const other = expectUnavailable(openWith(webSocket, second.token));
    await lock.untilBlocked(2);
    await lock.terminateBlocked();
    await Promise.all([first, other]);
    await lock.release();
    await (await openWith(eventStream, watched.viewer.token)).close();
  });

  it('may end the connection of a list lookup: the waiting client receives 503', async () => {
    const socket = await openSocket();
    const lock = await TableLock.take(watched, 'lists');
    for (const open of [() => openList(eventStream), () => openList(webSocket)]) {
      const refused = expectUnavailable(open());
      await lock.untilBlocked(1);
      await lock.terminateBlocked();
      await refused;
    }
    socket.subscribe('list', { list: watched.list });
    await lock.untilBlocked(1);
    await lock.terminateBlocked();
    expect(await socket.nextError()).toEqual({ error: unavailable, status: 503 });
    await lock.release();
    // The pool may still hold a connection that PostgreSQL has ended. Its client receives 503 once more and asks again.
    const again = setInterval(() => {
      socket.subscribe('list', { list: watched.list });
    }, 500);
    try {
      await untilSubscribed(socket, watched.publisher, `timeline:list:${watched.list}`);
    } finally {
      clearInterval(again);
      await socket.close();
    }
  });

  it('may answer too late: waiting clients receive 503', async () => {
    const second = await watched.fixtures.token(watched.viewer.user);
    const socket = await openSocket();
    const lock = await TableLock.take(watched, 'oauth_access_tokens', 'lists');
    socket.subscribe('list', { list: watched.list });
    await Promise.all([
      expectUnavailable(openWith(eventStream, watched.viewer.token)),
      expectUnavailable(openWith(webSocket, second.token)),
    ]);
    expect(await socket.nextError()).toEqual({ error: unavailable, status: 503 });
    await lock.release();
    await socket.close();
  });

  it('may be slow to decide fifty statuses: new clients are accepted meanwhile', async () => {
    const author = await watched.fixtures.account();
    const socket = await openSocket();
    const tags = Array.from({ length: 50 }, (_, index) => `slow${index}`);
    for (const tag of tags) {
      socket.subscribe('hashtag', { tag });
    }
    await untilSubscribed(socket, watched.publisher, 'timeline:hashtag:slow49');
    const lock = await TableLock.take(watched, 'blocks');
    for (const tag of tags) {
      await publishEvent(watched.publisher, `timeline:hashtag:${tag}`, 'update', statusBy(author));
    }
    await until('they wait', async () => (await lock.blockedStatements()) > 0);
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
  it('makes new clients receive 503 and leaves open home streams alone', async (test) => {
    const postgres = await ownPostgres(test);
    const databaseUrl = await postgres.createDatabase();
    await migrate(databaseUrl);
    const environment = await openCheckedEnvironment({ databaseUrl });
    try {
      const { server, publisher } = environment;
      const viewer = await environment.fixtures.viewer();
      const list = await environment.fixtures.list(viewer.account);
      const home = { token: viewer.token, stream: 'user', channel: `timeline:${viewer.account.id}` };
      const clients = await Promise.all(
        transports.map((transport) => closeAfterTest(transport.open(server, publisher, home))),
      );
      const socket = await closeAfterTest(
        WebSocketClient.open(server.url(streamingPath, 'ws'), { headers: authorization(viewer) }),
      );

      await postgres.control.stop();
      await expectUnavailable(eventStream.open(server, publisher, home));
      await expectUnavailable(webSocket.open(server, publisher, home));
      expect(
        (await httpRequest(server.url(`${streamingPath}/user`), { method: 'HEAD', headers: authorization(viewer) }))
          .status,
      ).toBe(503);
      socket.subscribe('list', { list });
      expect(await socket.nextError()).toEqual({ error: unavailable, status: 503 });
      expect((await httpRequest(server.url(`${streamingPath}/health`))).status).toBe(200);
      for (const client of clients) {
        await publishEvent(publisher, home.channel, 'delete', '1');
        expect(await receivedBeforeFence(client, publisher, home.channel)).toContainEqual(
          expect.objectContaining({ event: 'delete', payload: '1' }),
        );
      }
      // A server started now starts, and accepts clients once PostgreSQL is back.
      const later = await Server.start(environment.env);
      await expectUnavailable(eventStream.open(later, publisher, home));

      await postgres.control.start();
      for (const one of [server, later]) {
        for (const transport of [eventStream, webSocket]) {
          await (await transport.open(one, publisher, home)).close();
        }
      }
      expect(await later.stop()).toEqual({ code: 0, signal: null });
      socket.subscribe('list', { list });
      await untilSubscribed(socket, publisher, `timeline:list:${list}`);
      await Promise.all([...clients, socket].map((client) => client.close()));
    } finally {
      await postgres.control.start();
      await environment.stop();
      await postgres.stop();
    }
  });
});

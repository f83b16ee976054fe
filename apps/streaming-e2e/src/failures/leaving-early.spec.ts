import { describe, expect, it } from 'vitest';

import { clientFrame, handshake, openRawWebSocket } from '../conformance/raw-websocket.js';
import {
  httpRequest,
  eventStream,
  publishEvent,
  RawConnection,
  streamingPath,
  type Viewer,
  TableLock,
} from '../support/index.js';
import { watchedEnvironment } from './watched-environment.js';

/** A client whose request waits for the database. */
interface Waiting {
  readonly name: string;
  /** The table that the lookup reads. */
  readonly table: string;
  readonly begin: (viewer: Viewer, list: string) => Promise<RawConnection>;
  /** The bytes that the client receives when it is killed meanwhile. */
  readonly killed: RegExp;
}

const endOfStream = /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n3\r\n:\)\n\r\n0\r\n\r\n$/;
// A close frame of code 1000, with the reason "revoked".
const closedSocket = /^HTTP\/1\.1 101 [^]*\r\n\r\n\x88\x09\x03\xe8revoked$/;

const ways = [
  {
    how: 'a half-closed connection',
    leave: (connection: RawConnection) => {
      connection.end();
    },
  },
  {
    how: 'both sides closed',
    leave: (connection: RawConnection) => {
      connection.destroy();
    },
  },
];

describe('a client that disconnects while PostgreSQL is slow', () => {
  const watched = watchedEnvironment();

  const request = async (text: string) => {
    const connection = await RawConnection.open(watched.server.port);
    connection.write(text);
    return connection;
  };
  const get = (path: string, { token }: Viewer) =>
    request(`GET ${streamingPath}/${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);

  const waiting: readonly Waiting[] = [
    {
      name: 'an event stream that waits for its token',
      table: 'oauth_access_tokens',
      begin: (of) => get('user', of),
      killed: endOfStream,
    },
    {
      name: 'an event stream that waits for its list',
      table: 'lists',
      begin: (of, id) => get(`list?list=${id}`, of),
      killed: endOfStream,
    },
    {
      name: 'a HEAD that waits for its token',
      table: 'oauth_access_tokens',
      begin: ({ token }) => request(`HEAD ${streamingPath}/user?access_token=${token} HTTP/1.0\r\n\r\n`),
      killed: /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/,
    },
    {
      name: 'an upgrade that waits for its token',
      table: 'oauth_access_tokens',
      begin: ({ token }) => request(handshake(token, '&stream=user')),
      killed: closedSocket,
    },
    {
      name: 'an upgrade that waits for its list',
      table: 'lists',
      begin: ({ token }, id) => request(handshake(token, `&stream=list&list=${id}`)),
      killed: closedSocket,
    },
    {
      name: 'a WebSocket that waits for a list to which it subscribes',
      table: 'lists',
      begin: async ({ token }, id) => {
        const connection = await openRawWebSocket(watched.server, token);
        connection.write(clientFrame(JSON.stringify({ type: 'subscribe', stream: 'list', list: id })));
        return connection;
      },
      killed: closedSocket,
    },
  ];

  /** A later client is accepted, so the earlier request has been handled. */
  async function laterClient(): Promise<void> {
    const wanted = {
      token: watched.viewer.token,
      stream: 'list',
      params: { list: watched.list },
      channel: `timeline:list:${watched.list}`,
    };
    await (await eventStream.open(watched.server, watched.publisher, wanted)).close();
  }

  describe.each(waiting)('$name', ({ table, begin, killed }) => {
    it.each(ways)('leaves no state after $how', async ({ leave }) => {
      const lock = await TableLock.take(watched, table);
      const connection = await begin(watched.viewer, watched.list);
      await lock.untilBlocked();
      leave(connection);
      // A later connection is served, so the server has seen the earlier one end before its lookup ended.
      await httpRequest(watched.server.url('/metrics'));
      await lock.release();
      await connection.closed;
      await laterClient();
    });

    it('is disconnected without events when it is killed meanwhile', async () => {
      const lock = await TableLock.take(watched, table);
      const connection = await begin(watched.viewer, watched.list);
      await lock.untilBlocked();
      await publishEvent(watched.publisher, `timeline:access_token:${watched.viewer.tokenId}`, 'kill');
      await watched.others.undisturbed();
      await lock.release();
      await publishEvent(watched.publisher, `timeline:${watched.viewer.account.id}`, 'delete', '1');
      await publishEvent(watched.publisher, `timeline:list:${watched.list}`, 'delete', '1');
      await laterClient();
      await watched.others.undisturbed();
      connection.end();
      await connection.closed;
      expect(connection.bytes.toString('latin1')).toMatch(killed);
    });
  });

  it('shares one statement with fifty clients of the same token', async () => {
    const lock = await TableLock.take(watched, 'oauth_access_tokens');
    const connections = await Promise.all(Array.from({ length: 50 }, () => get('user', watched.viewer)));
    await lock.untilBlocked();
    await httpRequest(watched.server.url('/metrics'));
    expect(await lock.blockedStatements()).toBe(1);
    for (const connection of connections.slice(10)) {
      connection.destroy();
    }
    await lock.release();
    for (const connection of connections.slice(0, 10)) {
      await connection.read(':)\n');
      connection.destroy();
    }
  });
});

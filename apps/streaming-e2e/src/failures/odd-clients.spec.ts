import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';

import { clientFrame, handshake, openRawWebSocket } from '../conformance/raw-websocket.js';
import {
  httpRequest,
  publishEvent,
  RawConnection,
  streamingPath,
  until,
  TableLock,
  untilMetric,
} from '../support/index.js';
import { watchedEnvironment } from './watched-environment.js';

const longest = 16 * 1_024;

/** Frames that a client must not send, and the code with which the socket is closed. */
const badFrames: readonly { readonly name: string; readonly bytes: Buffer; readonly code: number }[] = [
  { name: 'a text above the limit', bytes: clientFrame(' '.repeat(longest + 1)), code: 1009 },
  { name: 'a header that claims 100 MiB', bytes: clientFrame('', { claimedLength: 100 * 2 ** 20 }), code: 1009 },
  { name: 'a header that claims 2^53 bytes', bytes: clientFrame('', { claimedLength: 2 ** 53 }), code: 1009 },
  {
    name: 'fragments whose sum is above the limit',
    bytes: Buffer.concat([clientFrame(' '.repeat(longest), { fin: false }), clientFrame(' ', { opcode: 0 })]),
    code: 1009,
  },
  { name: 'a binary message', bytes: clientFrame('{"type":"subscribe","stream":"user"}', { opcode: 2 }), code: 1003 },
  { name: 'text that is not UTF-8', bytes: clientFrame(Buffer.from([0xff, 0xfe])), code: 1007 },
  { name: 'an opcode that is reserved', bytes: clientFrame('x', { opcode: 5 }), code: 1002 },
  { name: 'a continuation of nothing', bytes: clientFrame('x', { opcode: 0 }), code: 1002 },
  { name: 'a ping that is too long', bytes: clientFrame('x'.repeat(126), { opcode: 9 }), code: 1002 },
  { name: 'a ping in fragments', bytes: clientFrame('x', { opcode: 9, fin: false }), code: 1002 },
  { name: 'a close of one byte', bytes: clientFrame('x', { opcode: 8 }), code: 1002 },
  {
    name: 'a close with a code that must not be sent',
    bytes: clientFrame(Buffer.from([3, 237]), { opcode: 8 }),
    code: 1002,
  },
  { name: 'a frame without mask', bytes: Buffer.from([0x81, 0x01, 0x78]), code: 1002 },
  { name: 'compression that was not agreed on', bytes: Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0x78]), code: 1002 },
];

/** The h2c upgrade offer of curl and Java's HttpClient over plain HTTP. */
const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';

/** Invalid handshakes. `TOKEN` stands for the viewer's token. */
const badHandshakes: readonly (readonly [name: string, change: (request: string) => string, status: number])[] = [
  ['without a key', (request) => request.replace(/Sec-WebSocket-Key: .*\r\n/, ''), 400],
  ['with a key that is too short', (request) => request.replace(/(Sec-WebSocket-Key: ).*/, '$1abc'), 400],
  ['without a version', (request) => request.replace(/Sec-WebSocket-Version: .*\r\n/, ''), 400],
  ['of version 7', (request) => request.replace('Version: 13', 'Version: 7'), 400],
  ['to one of two protocols', (request) => request.replace('Upgrade: websocket', 'Upgrade: h2c, WebSocket'), 400],
  ['by POST', (request) => request.replace('GET', 'POST'), 405],
  [
    'with an invalid subprotocol',
    (request) => request.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: ,,\r\n\r\n'),
    400,
  ],
];

describe('a client', () => {
  const watched = watchedEnvironment();

  const write = async (text: string | Uint8Array) => {
    const connection = await RawConnection.open(watched.server.port);
    connection.write(text);
    return connection;
  };
  const get = (path: string) =>
    `GET ${streamingPath}/${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${watched.viewer.token}\r\n\r\n`;

  it.each(badFrames)('that sends $name is closed with $code', async ({ bytes, code }) => {
    const connection = await openRawWebSocket(watched.server, watched.viewer.token, '&stream=user');
    const head = connection.bytes.length;
    connection.write(bytes);
    await until('a close frame', () => connection.bytes.length >= head + 4);
    expect(connection.bytes[head]).toBe(0x88);
    expect(connection.bytes.readUInt16BE(head + 2)).toBe(code);
    // The client does not answer the close frame. The server must release it all the same.
    connection.end();
    await connection.closed;
  });

  it('may send a message of the maximum length', async () => {
    const message = '{"type":"subscribe","stream":"nothing"}';
    const connection = await openRawWebSocket(watched.server, watched.viewer.token);
    connection.write(clientFrame(message + ' '.repeat(longest - message.length)));
    await connection.read('Unknown stream type');
    connection.destroy();
  });

  it.each(badHandshakes)('with an invalid handshake is refused: %s', async (_, change, status) => {
    for (const query of ['', '&stream=user']) {
      const connection = await write(change(handshake(watched.viewer.token, query)));
      await connection.closed;
      const answer = connection.bytes.toString();
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      for (const header of [/X-Request-Id: [-0-9a-f]{36}/, /X-Error-Message: \w/, /Access-Control-Allow-Origin: \*/]) {
        expect(answer).toMatch(header);
      }
      expect(answer).toMatch(/\r\nContent-Length: 0\r\n.*\r\n\r\n$/s);
    }
  });

  it.each([
    ['GET', `${streamingPath}/health`, 200],
    ['HEAD', `${streamingPath}/health`, 200],
    ['OPTIONS', `${streamingPath}/user`, 204],
    ['GET', '/metrics', 200],
    ['GET', `${streamingPath}/user`, 401],
    ['GET', streamingPath, 404],
    ['POST', `${streamingPath}/user`, 405],
  ])('that offers HTTP/2 is answered over HTTP/1.1: %s %s', async (method, path, status) => {
    const connection = await write(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${offer}\r\n`);
    const head = await connection.read('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toMatch(/\r\nX-Request-Id: [-0-9a-f]{36}/i);
    // A request in the same segment would be lost, so the client is told to send its next one on a new connection.
    expect(head).toMatch(/\r\nConnection: close\r\n/i);
    await connection.closed;
  });

  it('with two Host headers is refused (RFC 9112, section 3.2)', async () => {
    const connection = await write(`GET ${streamingPath}/health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n`);
    expect(await connection.read('\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    connection.destroy();
  });

  it('that asks for a WebSocket with two Host headers is refused as well', async () => {
    const connection = await write(handshake(watched.viewer.token).replace('\r\n\r\n', '\r\nHost: y\r\n\r\n'));
    await connection.closed;
    expect(connection.bytes.toString()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('that sends CONNECT is told to close the connection, on which a further request would be lost', async () => {
    const connection = await write('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await connection.closed;
    const answer = connection.bytes.toString();
    expect(answer).toMatch(/^HTTP\/1\.1 405 .*\r\nConnection: close\r\n/is);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('that asks for a WebSocket right behind other requests gets all responses', async () => {
    const health = `GET ${streamingPath}/health HTTP/1.1\r\nHost: x\r\n\r\n`;
    const missing = `GET /missing HTTP/1.1\r\nHost: x\r\n\r\n`;
    const connection = await write(health + missing + handshake(watched.viewer.token, '&stream=user'));
    const text = await connection.read('101 Switching Protocols');
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 101']);
    await publishEvent(watched.publisher, watched.home, 'delete', 'through the WebSocket');
    await connection.read('through the WebSocket');
    connection.destroy();
  });

  it('that pipelines thousands of requests is disconnected, and no other client waits for it', async () => {
    const request = `GET ${streamingPath}/user?access_token=wrong HTTP/1.1\r\nHost: x\r\n\r\n`;
    const connection = await write(request.repeat(5_000));
    await connection.closed;
    await watched.others.undisturbed();
    await untilMetric(watched.server, 'fedistream_refusals_total', { error: 'tooManyRequests' }, 1);
  });

  it('that offers HTTP/2 gets its event stream over HTTP/1.1', async () => {
    const connection = await write(get('user').replace(/\r\n$/, `${offer}\r\n`));
    await connection.read(':)\n');
    await publishEvent(watched.publisher, watched.home, 'delete', '1');
    await connection.read('17\r\nevent: delete\ndata: 1\n\n\r\n');
    connection.end();
    await connection.closed;
  });

  it('that disconnects before its request body is complete is released', async () => {
    const connection = await write(get('user').replace(/\r\n$/, 'Content-Length: 10000000\r\n\r\n'));
    await connection.read(':)\n');
    connection.write('x'.repeat(1_000_000));
    connection.end();
    await connection.closed;
  });

  it('that sends invalid frames causes at most one log line', async () => {
    for (let count = 0; count < 20; count++) {
      const connection = await openRawWebSocket(watched.server, watched.viewer.token);
      connection.write(clientFrame('x', { opcode: 5 }));
      connection.end();
      await connection.closed;
    }
    expect(watched.server.outputSoFar).not.toMatch(/RangeError|Invalid WebSocket frame/);
  });

  it('may send messages together with its handshake, or before the response', async () => {
    const subscribe = (stream: string) => clientFrame(JSON.stringify({ type: 'subscribe', stream }));
    const together = await write(Buffer.concat([Buffer.from(handshake(watched.viewer.token)), subscribe('first')]));
    await together.read('Unknown stream type');
    const lock = await TableLock.take(watched, 'oauth_access_tokens');
    const early = await write(handshake(watched.viewer.token));
    await lock.untilBlocked();
    early.write(subscribe('second'));
    await httpRequest(watched.server.url('/metrics'));
    await lock.release();
    await early.read('Unknown stream type');
    together.destroy();
    early.destroy();
  });

  it.each([
    ['an event stream', () => get('user')],
    ['an upgrade', () => handshake(watched.viewer.token, '&stream=user')],
  ])('that resets its connection while %s waits for its token affects no other client', async (_, request) => {
    const lock = await TableLock.take(watched, 'oauth_access_tokens');
    const socket = connect(watched.server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(request());
    await lock.untilBlocked();
    socket.resetAndDestroy();
    await once(socket, 'close');
    await httpRequest(watched.server.url('/metrics'));
    await lock.release();
    const later = await write(get('user'));
    await later.read(':)\n');
    later.destroy();
  });

  it.each([
    ['an event stream', () => get('user'), ':)\n'],
    ['a WebSocket', () => handshake(watched.viewer.token, '&stream=user'), '101'],
  ])(
    'that resets its connection while it receives events over %s affects no other client',
    async (_, request, answer) => {
      const sockets = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const socket = connect(watched.server.port, '127.0.0.1');
          let text = '';
          socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
          socket.on('error', () => undefined);
          socket.write(request());
          await until('it is open', () => text.includes(answer));
          return socket;
        }),
      );
      for (const socket of sockets) {
        await publishEvent(watched.publisher, watched.home, 'update', { content: 'x'.repeat(10_000) });
        socket.resetAndDestroy();
        await publishEvent(watched.publisher, watched.home, 'update', { content: 'x'.repeat(10_000) });
      }
    },
  );

  it.each([
    ['bytes other than HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'Bad request'],
    [
      'headers above the limit',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      431,
      'Request headers too large',
    ],
    ['no host', `GET ${streamingPath}/user HTTP/1.1\r\nConnection: close\r\n\r\n`, 400, 'Bad request'],
    ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'Method not allowed'],
    [
      'an expectation and no token',
      `GET ${streamingPath}/user HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nConnection: close\r\n\r\n`,
      401,
      'Missing access token',
    ],
    ['an asterisk', 'GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, 'Not found'],
  ])('that sends %s gets a JSON error', async (_, bytes, status, message) => {
    const connection = await write(Buffer.from(bytes, 'latin1'));
    await connection.closed;
    const [head = '', body] = connection.bytes.toString().split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toMatch(/\r\nX-Request-Id: [-0-9a-f]{36}/i);
    expect(head).toMatch(/\r\nAccess-Control-Allow-Origin: \*/i);
    expect(body).toBe(JSON.stringify({ error: message }));
  });

  it('gets an answer to OPTIONS *', async () => {
    const connection = await write('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await connection.closed;
    const answer = connection.bytes.toString();
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect(answer).toMatch(/\r\nX-Request-Id: [-0-9a-f]{36}/i);
    expect(answer).toMatch(/\r\nAccess-Control-Allow-Methods: GET, HEAD, OPTIONS/i);
  });

  it.each([
    ['nothing', ''],
    ['half a request', `GET ${streamingPath}/user HTTP/1.1\r\nAuthoriz`],
    ['bytes other than HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no version', `GET ${streamingPath}/user\r\n\r\n`],
    ['a header without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ['an absolute target', 'GET http://other.example/api/v1/streaming/user HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no target', 'GET  HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['CONNECT', 'CONNECT other.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'an upgrade on a broken target',
      'GET //[%zz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['Expect', `GET ${streamingPath}/user HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n`],
  ])('that sends %s and disconnects affects no other client', async (_, text) => {
    const connection = await write(Buffer.from(text, 'latin1'));
    await httpRequest(watched.server.url(`${streamingPath}/health`));
    await watched.others.undisturbed();
    connection.destroy();
  });

  it('that sends bytes while its event stream is open affects no other client', async () => {
    const connection = await write(get('user'));
    await connection.read(':)\n');
    connection.write('some bytes that are not a request\r\n\r\n');
    await publishEvent(watched.publisher, watched.home, 'delete', '1');
    await watched.others.undisturbed();
    connection.destroy();
    expect(connection.bytes.toString().match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('that pipelines a second stream behind an open one gets none, and leaves no state', async () => {
    const connection = await write(get('user') + get('direct'));
    await connection.read(':)\n');
    // A later request has been served, so the second has been handled.
    const later = await write(get('public'));
    await later.read(':)\n');
    later.destroy();
    await publishEvent(watched.publisher, `timeline:direct:${watched.viewer.account.id}`, 'delete', 'of the second');
    await publishEvent(watched.publisher, watched.home, 'delete', 'of the first');
    const text = await connection.read('of the first');
    connection.destroy();
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(text).not.toContain('of the second');
  });

  it.each([
    ['on an open event stream', get, true],
    ['pipelined behind a request for one', get, false],
  ])('that asks for a WebSocket %s gets none, and leaves no state', async (_, first, wait) => {
    const connection = await write(first('user'));
    if (wait) {
      await connection.read(':)\n');
    }
    connection.write(handshake(watched.viewer.token, '&stream=direct'));
    const later = await write(get('public'));
    await later.read(':)\n');
    later.destroy();
    await publishEvent(watched.publisher, watched.home, 'update', { content: 'x' });
    await publishEvent(watched.publisher, `timeline:direct:${watched.viewer.account.id}`, 'update', { content: 'x' });
    await watched.others.undisturbed();
    await connection.closed;
    expect(connection.bytes.toString()).not.toMatch(/HTTP\/1\.1 [^2]|HTTP\/1\.1 .*HTTP\/1\.1 /s);
  });

  it('may open a second stream on the same connection after the first has ended', async () => {
    const second = await watched.fixtures.viewer();
    const connection = await write(get('user'));
    await connection.read(':)\n');
    await publishEvent(watched.publisher, `timeline:access_token:${watched.viewer.tokenId}`, 'kill');
    await connection.read('\r\n0\r\n\r\n');
    connection.write(`GET ${streamingPath}/user?access_token=${second.token} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until('a second greeting', () => connection.bytes.toString().split(':)\n').length === 3);
    await publishEvent(watched.publisher, watched.home, 'delete', 'of the first');
    await publishEvent(watched.publisher, `timeline:${second.account.id}`, 'delete', 'of the second');
    expect(await connection.read('of the second')).not.toContain('of the first');
    connection.destroy();
  });
});

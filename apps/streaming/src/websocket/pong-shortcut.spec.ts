import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { ClientSocket } from './client-socket.js';
import { shortcutPongs } from './pong-shortcut.js';

const soon = { timeout: 10_000, interval: 5 };
const pong = Buffer.from([0x8a, 0x80, 1, 2, 3, 4]);
/** Two empty pongs in a binary frame, masked with zeros. */
const pongsAsBytes = Buffer.concat([Buffer.from([0x82, 0x8c, 0, 0, 0, 0]), pong, pong]);

let server: WebSocketServer;
let client: Socket;
let webSocket: ClientSocket;
let read: string[];

/** Writes each piece as a chunk of its own: the next one leaves when the server has read the one before. */
async function send(...pieces: readonly Buffer[]): Promise<void> {
  const socket = Reflect.get(webSocket, '_socket') as Socket;
  for (const piece of pieces) {
    const before = socket.bytesRead;
    client.write(piece);
    await vi.waitUntil(() => socket.bytesRead === before + piece.length, soon);
  }
}

beforeEach(async () => {
  server = new WebSocketServer({
    port: 0,
    perMessageDeflate: false,
    allowSynchronousEvents: false,
    WebSocket: ClientSocket,
  });
  const connected = once(server, 'connection') as Promise<[ClientSocket]>;
  client = connect({ port: (server.address() as AddressInfo).port, noDelay: true });
  client.write(
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  [webSocket] = await connected;
  client.resume();
  read = [];
  webSocket.on('message', (data: Buffer) => read.push(data.toString('hex')));
  webSocket.on('pong', () => read.push('pong'));
  webSocket.on('error', ({ message }) => read.push(message));
  shortcutPongs(webSocket);
});

afterEach(() => {
  client.destroy();
  webSocket.terminate();
  server.close();
});

describe('the shortcut for pongs', () => {
  it('takes the answer to a ping as an answer, without ws', async () => {
    webSocket.isAlive = false;
    await send(pong);
    await vi.waitUntil(() => webSocket.isAlive, soon);
    expect(read).toEqual([]);
  });

  it('leaves a pong that answers no ping to ws, which counts it', async () => {
    await send(pong);
    await vi.waitUntil(() => read.length === 1, soon);
    expect(read).toEqual(['pong']);
  });

  it.each([6, 12])('takes nothing out of another frame that looks like a pong behind byte %i', async (cut) => {
    webSocket.isAlive = false;
    const rest = pongsAsBytes.subarray(cut);
    await send(pongsAsBytes.subarray(0, cut), rest.subarray(0, 6), ...(rest.length > 6 ? [rest.subarray(6)] : []));
    await vi.waitUntil(() => read.length > 0, soon);
    expect(read).toEqual([Buffer.concat([pong, pong]).toString('hex')]);
    expect(webSocket.isAlive).toBe(false);
  });

  it('takes a pong between the fragments of a message, and leaves the message whole', async () => {
    webSocket.isAlive = false;
    const first = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x61]);
    const last = Buffer.from([0x80, 0x81, 0, 0, 0, 0, 0x62]);
    await send(first, pong, last);
    await vi.waitUntil(() => read.length > 0, soon);
    expect([read, webSocket.isAlive]).toEqual([['6162'], true]);
  });

  it('ignores what comes behind a close frame, as ws does', async () => {
    const closed = once(webSocket, 'close');
    webSocket.isAlive = false;
    client.write(Buffer.concat([Buffer.from([0x88, 0x80, 0, 0, 0, 0]), pong]));
    client.write(pong);
    client.end();
    await closed;
    expect(read).toEqual([]);
  });
});

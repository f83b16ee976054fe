import { StreamEvent } from '@fedistream/domain';
import { closeReasons, Heartbeat, webSocketFraming, type Connection } from '@fedistream/delivery';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ClientInput } from '../connections/client-input.js';
import { InputBudget } from '../connections/input-budget.js';
import { ClientSocket } from './client-socket.js';
import { rawSocketOf } from './raw-socket.js';
import { WebSocketTransport } from './websocket-transport.js';

const open: { server: WebSocketServer; client: WebSocket; heartbeat: Heartbeat }[] = [];

async function connect(options: { compressed: boolean }) {
  const server = new WebSocketServer({ port: 0, perMessageDeflate: options.compressed, WebSocket: ClientSocket });
  const connected = once(server, 'connection') as Promise<[ClientSocket]>;
  const client = new WebSocket(`ws://localhost:${(server.address() as AddressInfo).port}`, {
    perMessageDeflate: options.compressed,
  });
  await once(client, 'open');
  const [webSocket] = await connected;
  const heartbeat = new Heartbeat(30_000);
  open.push({ server, client, heartbeat });
  const close = vi.fn();
  const connection = {
    close,
    open: true,
    viewer: { accountId: '1', userId: '1', tokenId: '1', scopes: new Set<string>() },
    isWithinBudget: () => true,
    sendCheckpoints: () => undefined,
  } as Partial<Connection>;
  webSocket.bind(connection as Connection, { open: () => unlimited });
  return { client, webSocket, close, transport: new WebSocketTransport(webSocket, heartbeat) };
}

const unlimited = new ClientInput(new InputBudget(1_000), new InputBudget(1_000), vi.fn(), vi.fn());

const frame = webSocketFraming.frame(StreamEvent.of('update', { text: 'héllo' }), ['user']);
const message = '{"stream":["user"],"event":"update","payload":"{\\"text\\":\\"héllo\\"}"}';

describe('a WebSocket transport', () => {
  afterEach(() => {
    for (const { server, client, heartbeat } of open.splice(0)) {
      heartbeat.stop();
      client.terminate();
      server.close();
    }
  });

  it.each([
    ['directly to the socket, without compression', false],
    ['through ws, with compression', true],
  ])('writes %s', async (_, compressed) => {
    const { client, webSocket, transport } = await connect({ compressed });
    expect(rawSocketOf(webSocket) === undefined).toBe(compressed);
    const received = once(client, 'message') as Promise<[Buffer, boolean]>;
    transport.write(frame);
    const [data, isBinary] = await received;
    expect([data.toString(), isBinary]).toEqual([message, false]);
  });

  it('keeps the order of data and closing', async () => {
    const { client, transport } = await connect({ compressed: false });
    const received: string[] = [];
    client.on('message', (data: Buffer) => received.push(data.toString()));
    const closed = once(client, 'close') as Promise<[number]>;
    transport.write(frame);
    transport.write(frame);
    void transport.close(closeReasons.revoked);
    expect((await closed)[0]).toBe(1000);
    expect(received).toEqual([message, message]);
  });

  it('settles close() when the client has answered the close frame', async () => {
    const { client, webSocket, transport } = await connect({ compressed: false });
    const told = once(client, 'close') as Promise<[number]>;
    await transport.close(closeReasons.restart);
    expect(webSocket.readyState).toBe(WebSocket.CLOSED);
    expect((await told)[0]).toBe(1012);
  });

  it('closes the connection at the second heartbeat if the client has not answered the first', async () => {
    const { client, webSocket, close, transport } = await connect({ compressed: false });
    transport.beat();
    expect(webSocket.isAlive).toBe(false);
    await vi.waitUntil(() => webSocket.isAlive, { timeout: 10_000 });
    transport.beat();
    expect(close).not.toHaveBeenCalled();
    client.pause();
    transport.beat();
    expect(close).toHaveBeenCalledWith(closeReasons.idle);
  });

  it('answers the pings of a client that reads, and queues one answer at most for one that does not', async () => {
    const { client, webSocket } = await connect({ compressed: false });
    const socket = rawSocketOf(webSocket)!;
    const answered = once(client, 'pong');
    client.ping();
    await answered;
    client.pause();
    socket.write(Buffer.alloc(64 * 2 ** 20));
    await new Promise((resolve) => setImmediate(resolve));
    const before = socket.writableLength;
    expect(before).toBeGreaterThan(0);
    for (let ping = 0; ping < 1_000; ping++) {
      webSocket.pong();
    }
    // One pong of 2 bytes may wait.
    expect(socket.writableLength).toBeLessThanOrEqual(before + 2);
  });

  it('ends its connection when the client has left', async () => {
    const { client, webSocket, close } = await connect({ compressed: false });
    client.terminate();
    await once(webSocket, 'close');
    expect(close).toHaveBeenCalledWith(closeReasons.gone);
  });

  it('writes nothing to a socket that is closing', async () => {
    const { client, webSocket, transport } = await connect({ compressed: false });
    const received = vi.fn();
    client.on('message', received);
    webSocket.close(1000);
    transport.write(frame);
    await once(client, 'close');
    expect(received).not.toHaveBeenCalled();
  });
});

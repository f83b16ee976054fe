import { closeReasons, type CloseReason, type Connection } from '@fedistream/delivery';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ClientInputs } from '../connections/client-input.js';
import { InputSettings } from '../connections/input-budget.js';
import { ClientSocket } from './client-socket.js';

const opened: { server: WebSocketServer; client: WebSocket }[] = [];

class Settings extends InputSettings {
  override readonly maxMessagesPerSecondPerAccount = 1_000_000;
  override readonly maxRequestsPerSecond = 50;

  constructor(override readonly maxMessagesPerSecond: number) {
    super();
  }
}

/** Connects a client to a server; returns both sides of the socket. */
async function connect(maxMessagesPerSecond: number) {
  const server = new WebSocketServer({
    port: 0,
    perMessageDeflate: false,
    allowSynchronousEvents: false,
    WebSocket: ClientSocket,
  });
  const connected = once(server, 'connection') as Promise<[ClientSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    perMessageDeflate: false,
  });
  await once(client, 'open');
  const [socket] = await connected;
  opened.push({ server, client });
  const reasons: CloseReason[] = [];
  const connection = {
    open: true,
    viewer: { accountId: '1', userId: '1', tokenId: '1', scopes: new Set<string>() },
    close(reason: CloseReason) {
      reasons.push(reason);
      connection.open = false;
      socket.close(reason.code);
    },
  };
  socket.bind(connection as Partial<Connection> as Connection, new ClientInputs(new Settings(maxMessagesPerSecond)));
  const handled = vi.fn();
  socket.handleMessages([{ message: 'subscribe', callback: handled, isAckHandledManually: false }]);
  return { client, socket, reasons, handled };
}

afterEach(() => {
  for (const { server, client } of opened.splice(0)) {
    client.terminate();
    server.close();
  }
});

const subscribe = '{"type":"subscribe","stream":"user"}';

describe('the socket of a client', () => {
  it('queues at most one pong for a client that does not read, and answers its latest ping afterwards', async () => {
    const { client, socket, reasons } = await connect(1_000_000);
    // Simulates a full send buffer of the system: nothing is sent until `uncork`.
    const raw = Reflect.get(socket, '_socket') as { cork(): void; uncork(): void };
    raw.cork();
    const pings = vi.fn();
    socket.on('ping', pings);
    for (let number = 0; number < 2_000; number++) {
      client.ping(String(number));
    }
    await vi.waitUntil(() => pings.mock.calls.length === 2_000, { timeout: 10_000 });
    expect(socket.bufferedAmount).toBeLessThan(20);
    const pongs: string[] = [];
    client.on('pong', (data) => pongs.push(data.toString()));
    raw.uncork();
    await vi.waitUntil(() => pongs.length === 2, { timeout: 10_000 });
    expect(pongs).toEqual(['0', '1999']);
    expect(reasons).toEqual([]);
  });

  it('reads a client more slowly that exceeds its budget, and handles all of its messages', async () => {
    const { client, socket, handled, reasons } = await connect(20);
    const pause = vi.spyOn(socket, 'pause');
    for (let sent = 0; sent < 230; sent++) {
      client.send(subscribe);
    }
    await vi.waitUntil(() => handled.mock.calls.length === 230 && !socket.isPaused, { timeout: 10_000 });
    expect(pause).toHaveBeenCalled();
    expect(reasons).toEqual([]);
  });

  it.each([
    [
      'messages',
      (client: WebSocket) => {
        client.send(subscribe);
      },
    ],
    [
      'pings',
      (client: WebSocket) => {
        client.ping();
      },
    ],
    [
      'unsolicited pongs',
      (client: WebSocket) => {
        client.pong();
      },
    ],
  ])('closes a client with 1008 that floods it with %s', async (_, send) => {
    const { client, reasons } = await connect(10);
    const closed = once(client, 'close');
    for (let sent = 0; sent < 1_000; sent++) {
      send(client);
    }
    expect((await closed)[0]).toBe(1008);
    expect(reasons).toEqual([closeReasons.flooding]);
  });

  it('handles one frame of a client in each turn of the event loop, so that other clients are served, too', async () => {
    const { client, handled } = await connect(1_000_000);
    const other = await connect(1_000_000);
    const order: string[] = [];
    handled.mockImplementation(() => order.push('flood'));
    other.handled.mockImplementation(() => order.push('other'));
    for (let sent = 0; sent < 1_000; sent++) {
      client.send(subscribe);
    }
    await vi.waitUntil(() => order.length > 0, { interval: 0 });
    other.client.send(subscribe);
    await vi.waitUntil(() => order.length === 1_001, { timeout: 10_000 });
    await nextTurn();
    expect(order.indexOf('other')).toBeLessThan(900);
  });
});

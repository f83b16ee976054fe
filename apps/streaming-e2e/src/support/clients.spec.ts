import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';

import { EventStreamClient } from './event-stream-client.js';
import { untilSubscribed, receivedBeforeFence, type Publisher } from './publisher.js';
import { Refusal } from './stream-client.js';
import { WebSocketClient } from './websocket-client.js';

/** A server whose responses each test defines. */
let server: ReturnType<typeof createServer>;
let url: URL;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => {
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('the tests’ own client of an event stream', () => {
  it('shows events, comments and bytes as they come, and that the response was ended', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(':)\n');
      response.write('event: update\ndata: {"id":"1"}\n\n');
      response.end(':thump\n');
    };
    const client = await EventStreamClient.open(url);
    expect(await client.next()).toMatchObject({ event: 'update', payload: '{"id":"1"}' });
    expect(await client.ended).toMatchObject({ code: 1000 });
    expect(client.comments).toEqual([')', 'thump']);
    expect(client.bytes.toString()).toBe(':)\nevent: update\ndata: {"id":"1"}\n\n:thump\n');
    await expect(client.next()).rejects.toThrow('1000');
  });

  it('distinguishes a truncated stream from one that ended', async () => {
    answer = (_request, response) => {
      response.writeHead(200).write(':)\n', () => response.destroy());
    };
    const client = await EventStreamClient.open(url);
    expect(await client.ended).toMatchObject({ code: 1006 });
  });

  it('passes on a refusal with its status, headers and body', async () => {
    answer = (_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('{"error":"no"}');
    };
    const refusal = (await EventStreamClient.open(url).catch((error: unknown) => error)) as Refusal;
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: 401, body: '{"error":"no"}' });
    expect(refusal.headers['www-authenticate']).toBe('Bearer');
  });
});

describe('the tests’ own client of a WebSocket', () => {
  const frame = (event: string, payload?: string) => JSON.stringify({ stream: ['public'], event, payload });
  let met: Promise<WebSocket>;

  beforeEach(() => {
    const sockets = new WebSocketServer({ server });
    met = new Promise((resolve) => sockets.once('connection', resolve));
    sockets.on('connection', (socket) => {
      socket.send(frame('delete', '110000000000000001'));
    });
  });

  it('shows events and error frames apart, and the code with which the socket was closed', async () => {
    const client = await WebSocketClient.open(url);
    const socket = await met;
    expect(await client.next()).toEqual({
      stream: ['public'],
      event: 'delete',
      payload: '110000000000000001',
      raw: frame('delete', '110000000000000001'),
    });
    socket.send('{"error":"no","status":401}');
    expect(await client.nextError()).toEqual({ error: 'no', status: 401 });
    socket.close(1012, 'restart');
    expect(await client.ended).toEqual({ code: 1012, reason: 'restart' });
  });

  it('passes on a refusal of the upgrade', async () => {
    server.removeAllListeners('upgrade');
    server.on('upgrade', (_request, socket) => {
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n',
      );
    });
    await expect(WebSocketClient.open(url)).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it('knows when a subscription is in effect, and what came before a fence', async () => {
    const client = await WebSocketClient.open(url);
    const socket = await met;
    let published = 0;
    // A feed that loses what comes before the subscription is in effect.
    const publisher: Publisher = {
      name: 'memory',
      publish: (_channel, text) => {
        const { event, payload } = JSON.parse(text) as { event: string; payload: string };
        if (++published > 2) {
          socket.send(frame(event, payload));
        }
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
    await untilSubscribed(client, publisher, 'timeline:public');
    expect(published).toBeGreaterThan(2);
    socket.send(frame('update', '{}'));
    const before = await receivedBeforeFence(client, publisher, 'timeline:public');
    expect(before.map(({ event }) => event)).toEqual(['delete', 'update']);
  });
});

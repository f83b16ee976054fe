import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';

import { readClientFrames } from './client-frames.js';
import { Heartbeats } from './heartbeats.js';
import { readRequestHead } from './request-head.js';
import type { Label } from '../load/labels.js';
import type { FloorFanout } from './floor-fanout.js';

const headEnd = '\r\n\r\n';
/** RFC 6455, 1.3. */
const webSocketGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** A ping frame without a body, and Mastodon's comment as one chunk; the intervals are the measured server's. */
const ping = { bytes: Buffer.from([0x89, 0]), everySeconds: 30 };
const thump = { bytes: Buffer.from('7\r\n:thump\n\r\n'), everySeconds: 15 };

/** The floor server for WebSockets: a handshake, the `subscribe` command, frames. No library, no token, no rule, no bound. */
export function floorWebSocketServer(fanout: FloorFanout): Server {
  const heartbeats = new Heartbeats(ping.everySeconds, ping.bytes);
  return createServer({ noDelay: true }, (socket) => {
    onRequest(socket, (head) => {
      const { label, accountId, webSocketKey } = readRequestHead(head);
      const labels: Label[] = [];
      const subscribe = (each: Label): void => {
        labels.push(each);
        fanout.add(socket, each, accountId);
      };
      const accept = createHash('sha1').update(`${webSocketKey}${webSocketGuid}`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}${headEnd}`,
      );
      if (label.stream !== '') {
        subscribe(label);
      }
      heartbeats.add(socket);
      socket.on('data', (data) => {
        readClientFrames(data, (text) => {
          if (text === undefined) {
            socket.end();
          } else {
            subscribe(JSON.parse(text) as Label);
          }
        });
      });
      removeOnClose(fanout, socket, labels, accountId);
    });
  });
}

/** The floor server for server-sent events. */
export function floorEventStreamServer(fanout: FloorFanout): Server {
  const heartbeats = new Heartbeats(thump.everySeconds, thump.bytes);
  return createServer({ noDelay: true }, (socket) => {
    onRequest(socket, (head) => {
      const { label, accountId } = readRequestHead(head);
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: private, no-store\r\nTransfer-Encoding: chunked${headEnd}3\r\n:)\n\r\n`,
      );
      fanout.add(socket, label, accountId);
      heartbeats.add(socket);
      socket.resume();
      removeOnClose(fanout, socket, [label], accountId);
    });
  });
}

/** Waits for the end of a request's head; nothing follows it before the answer. */
function onRequest(socket: Socket, handle: (head: string) => void): void {
  let head = '';
  const read = (data: Buffer): void => {
    head += data.toString('latin1');
    if (head.endsWith(headEnd)) {
      socket.off('data', read);
      handle(head);
    }
  };
  socket.on('data', read);
  socket.on('error', () => socket.destroy());
}

function removeOnClose(fanout: FloorFanout, socket: Socket, labels: readonly Label[], accountId: string): void {
  socket.once('close', () => {
    labels.forEach((label) => {
      fanout.remove(socket, label, accountId);
    });
  });
}

import { createServer, type Server } from 'node:http';

import { WebSocketServer, type WebSocket } from 'ws';

import { labelOf, tokenOf } from './request.js';
import type { NaiveFanout, Encode } from './naive-fanout.js';
import type { Label } from '../load/labels.js';
import type { Writable } from 'node:stream';

/** A whole text frame of the WebSocket protocol: header and `{"stream":[...],"event":...,"payload":...}`. */
export const encodeWebSocketFrame: Encode = (label, event, payload) => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const body = Buffer.from(JSON.stringify({ stream: label, event, payload: text }));
  const header = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  if (body.length < 126) {
    header[1] = body.length;
  } else if (body.length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(body.length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([header, body]);
};

/** The naive server for WebSockets, on `ws`; frames are written to the socket directly. */
export function naiveWebSocketServer(fanout: NaiveFanout): Server {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (webSocket, request) => {
    const socket = rawSocketOf(webSocket);
    const token = tokenOf(request);
    const labels: Label[] = [];
    const subscribe = (label: Label): void => {
      labels.push(label);
      fanout.add(socket, label, token);
    };
    const label = labelOf(request.url ?? '');
    if (label.stream !== '') {
      subscribe(label);
    }
    webSocket.on('message', (data: Buffer) => {
      subscribe(JSON.parse(data.toString()) as Label);
    });
    webSocket.on('close', () => {
      labels.forEach((each) => {
        fanout.remove(socket, each, token);
      });
    });
  });
  return server;
}

/** The socket below `ws`, which is private there. */
function rawSocketOf(webSocket: WebSocket): Writable {
  return (webSocket as unknown as { readonly _socket: Writable })._socket;
}

import { createServer, type Server } from 'node:http';

import { labelOf, tokenOf } from './request.js';
import type { NaiveFanout, Encode } from './naive-fanout.js';

/** One chunk of an HTTP response that holds one event. */
export const encodeChunk: Encode = (_, event, payload) => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const body = Buffer.from(`event: ${event}\ndata: ${text}\n\n`);
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
};

/** The naive server for server-sent events, on node:http; chunks are written to the socket directly. */
export function naiveEventStreamServer(fanout: NaiveFanout): Server {
  return createServer((request, response) => {
    const token = tokenOf(request);
    const label = labelOf(request.url ?? '');
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'private, no-store' });
    response.write(':)\n');
    fanout.add(request.socket, label, token);
    request.socket.on('close', () => {
      fanout.remove(request.socket, label, token);
    });
  });
}

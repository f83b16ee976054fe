import { Redis } from 'ioredis';

import { NaiveFanout } from './naive-fanout.js';
import { naiveEventStreamServer, encodeChunk } from './naive-sse.js';
import { naiveWebSocketServer, encodeWebSocketFrame } from './naive-websocket.js';
import type { AddressInfo } from 'node:net';

/*
 * The program of the naive server: `naive-process.js ws|sse REDIS_URL [NAMESPACE]`. It sends its port to its parent when it
 * listens, and exits when the parent disconnects.
 */

const [transport, redisUrl = '', namespace = ''] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const server =
  transport === 'ws'
    ? naiveWebSocketServer(new NaiveFanout(redis, namespace, encodeWebSocketFrame))
    : naiveEventStreamServer(new NaiveFanout(redis, namespace, encodeChunk));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

import { Redis } from 'ioredis';

import { BareFeed } from './bare-feed.js';
import { bareEventStreamServer, encodeChunk } from './bare-sse.js';
import { bareWebSocketServer, encodeWebSocketFrame } from './bare-websocket.js';
import type { AddressInfo } from 'node:net';

/*
 * The program of a bare reference server: `bare-process.js ws|sse REDIS_URL [NAMESPACE]`. It tells its parent the port when it
 * listens, and ends with it.
 */

const [transport, redisUrl = '', namespace = ''] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const server =
  transport === 'ws'
    ? bareWebSocketServer(new BareFeed(redis, namespace, encodeWebSocketFrame))
    : bareEventStreamServer(new BareFeed(redis, namespace, encodeChunk));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

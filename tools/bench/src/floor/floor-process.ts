import { FloorFanout } from './floor-fanout.js';
import { floorEventStreamServer, floorWebSocketServer } from './floor-server.js';
import { eventStreamChunk, webSocketFrame } from './frames.js';
import type { AddressInfo } from 'node:net';

/*
 * The program of the floor server: `floor-process.js ws|sse REDIS_URL [NAMESPACE]`. It sends its port to its parent when it
 * listens, and exits when the parent disconnects.
 */

const [transport, redisUrl = '', namespace = ''] = process.argv.slice(2);
const server =
  transport === 'ws'
    ? floorWebSocketServer(new FloorFanout(redisUrl, namespace, webSocketFrame))
    : floorEventStreamServer(new FloorFanout(redisUrl, namespace, eventStreamChunk));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);

export { fillEmbedded } from './embedded.js';
export { EventStreamClient } from './event-stream-client.js';
export { EventStreamParser } from './event-stream-parser.js';
export { listening, publishEvent, receivedBeforeFence, RedisPublisher, type Feed } from './feed.js';
export { Fixtures, newId } from './fixtures.js';
export { ask, RawConnection, type Answer } from './http.js';
export { metric, untilMetric } from './metrics.js';
export { ownPostgres, ownRedis } from './own-services.js';
export type { Account, FilterOptions, Token, TokenOptions, User, UserOptions, Viewer } from './people.js';
export { Server, type Exit, type LogLine } from './server.js';
export { boostBy, mentionOf, statusBy, type Status } from './status.js';
export { Refusal, StreamClient, type Ending, type ReceivedEvent } from './stream-client.js';
export {
  authorization,
  eventStream,
  eventStreamUrl,
  multiplexedWebSocket,
  streamingPath,
  transports,
  webSocket,
  webSocketUrl,
  type Transport,
  type Wanted,
} from './transports.js';
export { patienceMs, until } from './until.js';
export { WebSocketClient, type ErrorFrame } from './websocket-client.js';
export { openWorld, type RedisWorld, type World, type WorldOptions } from './world.js';

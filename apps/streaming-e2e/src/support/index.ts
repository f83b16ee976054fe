export { copyEmbedded, seedEmbedded } from './embedded.js';
export { EventStreamClient } from './event-stream-client.js';
export { EventStreamParser } from './event-stream-parser.js';
export { publishEvent, receivedBeforeFence, RedisPublisher, untilSubscribed, type Publisher } from './publisher.js';
export { Fixtures, newId } from './fixtures.js';
export { httpRequest, RawConnection, type HttpResponse } from './http.js';
export { mastodonSeries, metric, readMetric, untilMetric } from './metrics.js';
export { OptionalProgram, ownPostgres, ownRedis } from './own-services.js';
export { openStores, type Stores } from './stores.js';
export { untilReplicated, untilSentinelKnowsReplica } from './failover.js';
export type { Account, FilterOptions, Token, TokenOptions, User, UserOptions, Viewer } from './accounts.js';
export { Server, type Exit, type LogLine } from './server.js';
export { Switch } from './switch.js';
export { TableLock } from './table-lock.js';
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
  type StreamRequest,
} from './transports.js';
export { defaultTimeoutMs, until } from './until.js';
export { WebSocketClient, type ErrorFrame } from './websocket-client.js';
export {
  keepsHistory,
  openTestEnvironment,
  withoutPositions,
  type RedisTestEnvironment,
  type TestEnvironment,
  type TestEnvironmentOptions,
} from './test-environment.js';

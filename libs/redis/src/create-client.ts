import type { Redis } from 'ioredis';
import type { ConnectionOptions } from 'node:tls';
import { reconnectDelay } from './reconnect-delay.js';
import { ReconnectingRedis } from './reconnecting-redis.js';
import type { RedisSettings, RedisTls } from './redis-settings.js';

/** How long Redis may owe an answer before the connection counts as dead. A lost route gives no error by itself. */
const silenceMs = 15_000;

/** How long a Sentinel may take to tell where the master is. */
const sentinelMs = 5_000;

/**
 * How long to wait before trying a Sentinel again that is not needed for a connection, but listened to for news.
 * Seldom, because ioredis prints each failure.
 */
const sentinelRetryMs = 60_000;

/** What a connection is for. */
export interface ClientPurpose {
  /** Added to the connection's name in `CLIENT LIST`. */
  readonly name: string;
  /** How long a single command may take before whoever waits for it goes on without an answer. Default: no limit. */
  readonly commandTimeoutMs?: number;
}

/**
 * A client that is not connected yet, tries for ever once it is, and never holds commands back: a command without a
 * connection fails at once, one whose connection is lost is not sent again. What has to be true on the server is stated
 * anew by its owner when the connection is ready.
 */
export function createClient(settings: RedisSettings, { name, commandTimeoutMs }: ClientPurpose): Redis {
  // No `keyPrefix`: ioredis would put it before the channels of SUBSCRIBE, but not take it from those of messages.
  const common = {
    lazyConnect: true,
    retryStrategy: reconnectDelay,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    socketTimeout: silenceMs,
    ...(commandTimeoutMs !== undefined && { commandTimeout: commandTimeoutMs }),
    connectionName: `${settings.connectionName ?? 'fedistream'}-${name}`,
    // After a failover the old master answers as a replica: go and look for the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    username: settings.username,
    password: settings.password,
    db: settings.db ?? 0,
    ...(settings.tls && { tls: tlsOptions(settings.tls) }),
  };
  const { url, sentinels, path } = settings;
  if (url !== undefined) {
    return new ReconnectingRedis(url, common);
  }
  if (sentinels !== undefined && sentinels.length > 0) {
    return new ReconnectingRedis({
      ...common,
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name: settings.sentinelMaster ?? 'mymaster',
      sentinelUsername: settings.sentinelUsername,
      sentinelPassword: settings.sentinelPassword,
      sentinelRetryStrategy: reconnectDelay,
      sentinelCommandTimeout: sentinelMs,
      // Hear of a new master from the Sentinels: the old one, if it lives, is told only ten seconds later.
      failoverDetector: true,
      sentinelReconnectStrategy: () => sentinelRetryMs,
      enableTLSForSentinelMode: settings.tls !== undefined,
      ...(settings.sentinelTls && { sentinelTLS: tlsOptions(settings.sentinelTls) }),
    });
  }
  if (path !== undefined) {
    return new ReconnectingRedis({ ...common, path });
  }
  return new ReconnectingRedis({ ...common, host: settings.host ?? '127.0.0.1', port: settings.port ?? 6379 });
}

function tlsOptions({ ca, cert, key, serverName }: RedisTls): ConnectionOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

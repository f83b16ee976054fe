import type { RedisOptions } from 'ioredis';
import type { ConnectionOptions } from 'node:tls';
import { MasterWatch } from './master-watch.js';
import { ReconnectBackoff } from './reconnect-backoff.js';
import { ReconnectingRedis } from './reconnecting-redis.js';
import { addressText, hostAndPort, redisAddress } from './redis-address.js';
import type { RedisSettings, RedisTls, SentinelAddress } from './redis-settings.js';

/** How long an answer of Redis may take before the connection counts as dead. A lost route causes no error by itself. */
const silenceMs = 15_000;

/** How long a Sentinel may take to answer with the master's address. */
const sentinelMs = 5_000;

const defaultMaster = 'mymaster';

/** The purpose of a connection. */
export interface ClientPurpose {
  /** The last part of the connection's name in `CLIENT LIST`. */
  readonly name: string;
  /** How long a single command may take before it fails. Default: no limit. */
  readonly commandTimeoutMs?: number;
  /** Called for each command that Redis refuses with READONLY: the server is a replica, such as a master that was demoted. */
  readonly refusedAsReplica?: () => void;
}

/** READONLY, also inside the error of a script: before Redis 7 that begins with ERR. */
const refusalOfReplica = /\bREADONLY\b/;

/**
 * A client that is not connected yet. Once connected it reconnects for ever. It never queues commands: a command without a
 * connection fails at once, and one whose connection is lost is not sent again. When a new connection is ready, the owner
 * restores its state on the server, and MUST call {@link ReconnectingRedis.confirmWorking} when that succeeds.
 */
export function createClient(settings: RedisSettings, purpose: ClientPurpose): ReconnectingRedis {
  const backoff = new ReconnectBackoff();
  return new ReconnectingRedis(
    { ...commonOptions(settings, purpose), ...targetOptions(settings) },
    backoff,
    targetText(settings),
  );
}

/** Listens for failovers if the settings name Sentinels; `undefined` for other settings. */
export function createMasterWatch(
  settings: RedisSettings,
  switched: (master: SentinelAddress) => void,
): MasterWatch | undefined {
  const sentinels = sentinelsOf(settings);
  if (sentinels === undefined) {
    return undefined;
  }
  const { sentinelMaster: master = defaultMaster, sentinelUsername, sentinelPassword, sentinelTls } = settings;
  const credentials = {
    ...(sentinelUsername !== undefined && { username: sentinelUsername }),
    ...(sentinelPassword !== undefined && { password: sentinelPassword }),
    ...(sentinelTls && { tls: tlsOptions(sentinelTls) }),
  };
  return new MasterWatch({ sentinels, master, credentials, switched });
}

/** The server or Sentinels of these settings for log lines, without user and password. */
export function targetText(settings: RedisSettings): string {
  const sentinels = sentinelsOf(settings);
  return sentinels === undefined
    ? addressText(redisAddress(settings))
    : `'${settings.sentinelMaster ?? defaultMaster}' of the Sentinels ${sentinels.map(({ host, port }) => hostAndPort(host, port)).join(', ')}`;
}

function sentinelsOf({ url, sentinels }: RedisSettings): readonly SentinelAddress[] | undefined {
  return url === undefined && sentinels !== undefined && sentinels.length > 0 ? sentinels : undefined;
}

function commonOptions(
  { connectionName }: RedisSettings,
  { name, commandTimeoutMs, refusedAsReplica }: ClientPurpose,
): RedisOptions {
  // No `keyPrefix`: ioredis would put it before the channels of SUBSCRIBE, but not take it from those of messages.
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    socketTimeout: silenceMs,
    ...(commandTimeoutMs !== undefined && { commandTimeout: commandTimeoutMs }),
    ...(refusedAsReplica && {
      reconnectOnError: ({ message }: Error) => {
        if (refusalOfReplica.test(message)) {
          refusedAsReplica();
        }
        return false;
      },
    }),
    connectionName: `${connectionName ?? 'fedistream'}-${name}`,
  };
}

function targetOptions(settings: RedisSettings): RedisOptions {
  const sentinels = sentinelsOf(settings);
  return sentinels === undefined ? serverOptions(settings) : sentinelOptions(settings, sentinels);
}

function serverOptions(settings: RedisSettings): RedisOptions {
  const { username, password, tls, ...address } = redisAddress(settings);
  return {
    ...address,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: tlsOptions(settings.tls ?? {}) }),
  };
}

function sentinelOptions(settings: RedisSettings, sentinels: readonly SentinelAddress[]): RedisOptions {
  const { username, password, db = 0, tls, sentinelUsername, sentinelPassword, sentinelTls } = settings;
  const backoff = new ReconnectBackoff();
  return {
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    name: settings.sentinelMaster ?? defaultMaster,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: tlsOptions(tls), enableTLSForSentinelMode: true }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(sentinelTls && { sentinelTLS: tlsOptions(sentinelTls) }),
    sentinelCommandTimeout: sentinelMs,
    sentinelRetryStrategy: (attempt) => {
      if (attempt === 1) {
        backoff.reset();
      }
      return backoff.next();
    },
  };
}

function tlsOptions({ ca, cert, key, serverName }: RedisTls): ConnectionOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

import type { DatabaseSettings } from '@fedistream/database';
import type { RedisSettings } from '@fedistream/redis';
import type { HistoryOptions } from '../history/history.module.js';
import type { TracingSettings } from '../observability/tracing/tracing-settings.js';
import { readDatabaseSettings } from './database-settings.js';
import { Environment, SettingsError, type EnvironmentTexts } from './environment/environment.js';
import { readRedisSettings } from './redis-settings.js';

/** The configuration: read once, validated, deeply frozen. Durations and sizes carry their unit in the name. */
export interface Settings {
  readonly logLevel: string;
  /** `socket` is the path of a unix socket, instead of address and port. */
  readonly listen: { readonly address: string; readonly port: number; readonly socket: string | undefined };
  readonly trustedProxies: string;
  readonly shutdownGraceMs: number;
  readonly database: DatabaseSettings;
  /** `undefined`: the in-memory broker. */
  readonly redis: RedisSettings | undefined;
  readonly delivery: {
    readonly maxSubscriptions: number;
    readonly maxLabelsPerChannel: number;
    readonly outputBudgetBytes: number;
    readonly outputBudgetPieces: number;
  };
  readonly admin: { readonly port: number | undefined; readonly address: string };
  readonly metrics: { readonly onPublicPort: boolean };
  readonly drain: { readonly delayMs: number; readonly drainMs: number };
  readonly connectionLimits: {
    readonly maxConnections: number;
    readonly maxConnectionsPerAccount: number;
    readonly maxConnectionsPerToken: number;
    readonly maxConnectionsPerAddress: number;
  };
  readonly input: {
    readonly maxMessagesPerSecond: number;
    readonly maxMessagesPerSecondPerAccount: number;
    readonly maxRequestsPerSecond: number;
  };
  readonly auth: { readonly revalidationIntervalMs: number; readonly maxWaitingClients: number };
  readonly audience: { readonly maxWaitMs: number; readonly maxQueued: number; readonly maxBatchDelayMs: number };
  /** The teams' modules beside those of the workspace, and the environment that their own settings are read from. */
  readonly streamModules: {
    readonly named: readonly string[];
    readonly onFailure: 'stop' | 'leave-out';
    readonly environment: EnvironmentTexts;
  };
  /** `undefined`: no history. */
  readonly history: HistoryOptions | undefined;
  /** `undefined`: nothing is traced. */
  readonly tracing: TracingSettings | undefined;
  /** Whether clients are served; a process that only records refuses them. */
  readonly servesClients: boolean;
  /** Whether demo accounts and events are added. */
  readonly demo: boolean;
}

/** pino's names of the levels of older servers. */
const olderLogLevels: Readonly<Record<string, string>> = { silly: 'trace', verbose: 'debug' };

/**
 * Reads the configuration, and the PEM files that it names.
 *
 * @throws SettingsError with a line for each wrong variable: its name, its value (never a secret) and what is allowed
 */
export function readSettings(texts: EnvironmentTexts): Settings {
  return readSettingsFrom(new Environment(texts));
}

/** Like {@link readSettings}; afterwards the environment tells where each value comes from. @throws SettingsError */
export function readSettingsFrom(environment: Environment): Settings {
  const logLevel = environment.read('LOG_LEVEL');
  const production = environment.read('NODE_ENV') === 'production';
  const settings = {
    logLevel: olderLogLevels[logLevel] ?? logLevel,
    listen: {
      address: environment.read('BIND'),
      port: environment.read('PORT'),
      socket: environment.read('SOCKET'),
    },
    trustedProxies: environment.read('TRUSTED_PROXY_IP'),
    shutdownGraceMs: environment.read('SHUTDOWN_GRACE_SECONDS') * 1_000,
    database: readDatabaseSettings(environment),
    redis: readRedisSettings(environment),
    delivery: {
      maxSubscriptions: environment.read('MAX_SUBSCRIPTIONS_PER_CONNECTION'),
      maxLabelsPerChannel: environment.read('MAX_LABELS_PER_CHANNEL'),
      outputBudgetBytes: environment.read('OUTPUT_BUDGET_KIB') * 1_024,
      outputBudgetPieces: environment.read('OUTPUT_BUDGET_WRITES'),
    },
    admin: { port: environment.read('ADMIN_PORT'), address: environment.read('ADMIN_BIND') },
    metrics: { onPublicPort: environment.read('METRICS_ON_PUBLIC_PORT') },
    drain: {
      delayMs: (environment.read('DRAIN_DELAY_SECONDS') ?? (production ? 3 : 0)) * 1_000,
      drainMs: (environment.read('DRAIN_SECONDS') ?? (production ? 4 : 0)) * 1_000,
    },
    connectionLimits: {
      maxConnections: environment.read('MAX_CONNECTIONS'),
      maxConnectionsPerAccount: environment.read('MAX_CONNECTIONS_PER_ACCOUNT'),
      maxConnectionsPerToken: environment.read('MAX_CONNECTIONS_PER_TOKEN'),
      maxConnectionsPerAddress: environment.read('MAX_CONNECTIONS_PER_ADDRESS'),
    },
    input: {
      maxMessagesPerSecond: environment.read('MAX_MESSAGES_PER_SECOND'),
      maxMessagesPerSecondPerAccount: environment.read('MAX_MESSAGES_PER_SECOND_PER_ACCOUNT'),
      maxRequestsPerSecond: environment.read('MAX_REQUESTS_PER_SECOND'),
    },
    auth: {
      revalidationIntervalMs: environment.read('TOKEN_REVALIDATION_SECONDS') * 1_000,
      maxWaitingClients: environment.read('MAX_WAITING_CLIENTS'),
    },
    audience: {
      maxWaitMs: environment.read('AUDIENCE_MAX_WAIT_SECONDS') * 1_000,
      maxQueued: environment.read('AUDIENCE_MAX_WAITING_EVENTS'),
      maxBatchDelayMs: environment.read('AUDIENCE_MAX_BATCH_DELAY_MS'),
    },
    streamModules: {
      named: environment.read('STREAM_MODULES') ?? [],
      onFailure: environment.read('STREAM_MODULES_ON_FAILURE'),
      environment: { ...environment.texts },
    },
  };
  const tracesUrl = environment.read('TRACES_URL');
  const ratio = environment.read('TRACES_PER_THOUSAND') / 1_000;
  const tracing = tracesUrl === undefined ? undefined : { url: tracesUrl, ratio };
  const { database, redis } = settings;
  const demo =
    environment.read('DEMO') ??
    (database.kind === 'embedded' && redis === undefined && environment.read('NODE_ENV') !== 'production');
  const history = readHistory(environment, redis, demo);
  environment.requireValid();
  // The demo's access tokens are published, so they must not get into a database that others use.
  if (demo && database.kind !== 'embedded') {
    throw new SettingsError('DEMO="true": the demo runs only with DATABASE=embedded');
  }
  if (!settings.metrics.onPublicPort && settings.admin.port === undefined) {
    throw new SettingsError(
      'METRICS_ON_PUBLIC_PORT="false": must be true without ADMIN_PORT, which then serves the metrics',
    );
  }
  return deepFreeze({ ...settings, tracing, history, servesClients: environment.read('ROLE') !== 'recorder', demo });
}

function readHistory(
  environment: Environment,
  redis: RedisSettings | undefined,
  demo: boolean,
): HistoryOptions | undefined {
  const url = environment.read('HISTORY_REDIS_URL');
  const maxBytes = environment.read('HISTORY_MAX_MIB') * 1_024 * 1_024;
  // An event waits for its decision, and then for filters.
  const decisionMs = environment.read('AUDIENCE_MAX_WAIT_SECONDS') * 2_000 + 5_000;
  const maxReplayBytes = (environment.read('OUTPUT_BUDGET_KIB') * 1_024) / 2;
  const records = environment.read('ROLE') !== 'streaming';
  const historyRedis = url === undefined ? undefined : { ...redis, url };
  // A new user sees clients catch up, with nothing installed and nothing set.
  const whole = environment.read('HISTORY') ?? (demo && redis === undefined ? 'on' : 'off');
  return whole === 'off' ? undefined : { redis, historyRedis, maxBytes, maxReplayBytes, decisionMs, records };
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) {
      deepFreeze(member);
    }
  }
  return Object.freeze(value);
}

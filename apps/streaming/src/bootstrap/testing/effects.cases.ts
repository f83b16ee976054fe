import { certificate, key } from './pem.js';
import type { VariableName } from '../environment/variables.js';

/** What a variable changes. */
export interface Effect {
  /** The text that the variable is set to. */
  readonly text: string;
  /** Variables beside it, without which it counts for nothing. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Every setting that changes, by its path, with its value afterwards. A setting that is not here MUST stay as it was. */
  readonly changes: Readonly<Record<string, unknown>>;
}

const postgres = { DATABASE: 'postgresql' };
const redis = { BROKER: 'redis' };
const sentinels = { REDIS_SENTINELS: 'one', REDIS_SENTINEL_MASTER: 'main' };
const history = { HISTORY: 'on' };

/** Names of files that the spec writes before it reads the settings. */
export const pemFiles: Readonly<Record<string, string>> = {
  'ca.pem': certificate,
  'cert.pem': certificate,
  'key.pem': key,
};

/** One effect of each variable: a variable that is added to the table does not compile without a row here. */
export const effects = {
  NODE_ENV: {
    text: 'production',
    beside: { DATABASE: 'postgresql', BROKER: 'redis' },
    changes: { 'database.name': 'mastodon_production', 'drain.delayMs': 3_000, 'drain.drainMs': 4_000 },
  },
  PORT: { text: '4001', changes: { 'listen.port': 4_001 } },
  BIND: { text: '[::]', changes: { 'listen.address': '::' } },
  SOCKET: { text: '/run/streaming.sock', changes: { 'listen.socket': '/run/streaming.sock' } },
  LOG_LEVEL: { text: 'silly', changes: { logLevel: 'trace' } },
  TRUSTED_PROXY_IP: { text: '10.0.0.1 ::1', changes: { trustedProxies: '10.0.0.1,::1' } },
  ADMIN_PORT: { text: '4100', changes: { 'admin.port': 4_100 } },
  ADMIN_BIND: { text: '::1', changes: { 'admin.address': '::1' } },
  METRICS_ON_PUBLIC_PORT: { text: 'false', beside: { ADMIN_PORT: '1' }, changes: { 'metrics.onPublicPort': false } },
  DRAIN_DELAY_SECONDS: { text: '7', changes: { 'drain.delayMs': 7_000 } },
  DRAIN_SECONDS: { text: '7', changes: { 'drain.drainMs': 7_000 } },
  SHUTDOWN_GRACE_SECONDS: { text: '7', changes: { shutdownGraceMs: 7_000 } },

  DATABASE: {
    text: 'embedded',
    beside: { DB_HOST: 'db', DEMO: 'false' },
    changes: {
      'database.kind': 'embedded',
      'database.directory': '.fedistream/database',
      ...Object.fromEntries(
        ['host', 'name', 'poolSize', 'port', 'sslMode', 'user'].map((member) => [`database.${member}`, undefined]),
      ),
    },
  },
  DATABASE_URL: {
    text: 'postgres://u:p@db/d',
    beside: postgres,
    changes: {
      'database.url': 'postgres://u:p@db/d',
      ...Object.fromEntries(
        ['host', 'name', 'port', 'sslMode', 'user'].map((member) => [`database.${member}`, undefined]),
      ),
    },
  },
  DB_HOST: { text: '[::1]', beside: postgres, changes: { 'database.host': '::1' } },
  DB_PORT: { text: '5433', beside: postgres, changes: { 'database.port': 5_433 } },
  DB_USER: { text: 'streaming', beside: postgres, changes: { 'database.user': 'streaming' } },
  DB_PASS: { text: 'hunter2', beside: postgres, changes: { 'database.password': 'hunter2' } },
  DB_NAME: { text: 'social', beside: postgres, changes: { 'database.name': 'social' } },
  DB_SSLMODE: { text: 'verify-ca', beside: postgres, changes: { 'database.sslMode': 'verify-ca' } },
  DB_POOL: { text: '7', beside: postgres, changes: { 'database.poolSize': 7 } },
  PREPARED_STATEMENTS: { text: 'false', beside: postgres, changes: { 'database.preparedStatements': false } },

  BROKER: {
    text: 'memory',
    beside: { REDIS_HOST: 'cache', DEMO: 'false' },
    changes: { 'redis.host': undefined, 'redis.port': undefined, 'redis.db': undefined },
  },
  REDIS_URL: {
    text: 'rediss://u:p%40@cache:6380/3',
    beside: redis,
    changes: {
      'redis.host': 'cache',
      'redis.port': 6_380,
      'redis.db': 3,
      'redis.username': 'u',
      'redis.password': 'p@',
      'redis.tls': {},
    },
  },
  REDIS_SENTINELS: {
    text: 'one,[::1]:2',
    beside: { ...redis, REDIS_SENTINEL_MASTER: 'main' },
    changes: {
      'redis.host': undefined,
      'redis.port': undefined,
      'redis.name': 'main',
      'redis.sentinels': [
        { host: 'one', port: 26_379 },
        { host: '::1', port: 2 },
      ],
    },
  },
  REDIS_SENTINEL_MASTER: {
    text: 'other',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.name': 'other' },
  },
  REDIS_SENTINEL_PORT: {
    text: '5000',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.sentinels': [{ host: 'one', port: 5_000 }] },
  },
  REDIS_SENTINEL_USERNAME: {
    text: 'watcher',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.sentinelUsername': 'watcher' },
  },
  REDIS_SENTINEL_PASSWORD: {
    text: 'hunter3',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.sentinelPassword': 'hunter3' },
  },
  REDIS_SENTINEL_TLS: {
    text: 'true',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.sentinelTLS': {} },
  },
  REDIS_HOST: { text: '[::1]', beside: redis, changes: { 'redis.host': '::1' } },
  REDIS_PORT: { text: '6380', beside: redis, changes: { 'redis.port': 6_380 } },
  REDIS_DB: { text: '3', beside: redis, changes: { 'redis.db': 3 } },
  REDIS_USER: { text: 'streaming', beside: redis, changes: { 'redis.username': 'streaming' } },
  REDIS_USERNAME: {
    text: 'streaming',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.username': 'streaming', 'redis.sentinelUsername': 'streaming' },
  },
  REDIS_PASSWORD: {
    text: 'hunter2',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.password': 'hunter2', 'redis.sentinelPassword': 'hunter2' },
  },
  REDIS_TLS: {
    text: 'true',
    beside: { ...redis, ...sentinels },
    changes: { 'redis.tls': {}, 'redis.enableTLSForSentinelMode': true },
  },
  REDIS_TLS_CA_FILE: { text: 'ca.pem', beside: redis, changes: { 'redis.tls': { ca: certificate } } },
  REDIS_TLS_CERT_FILE: { text: 'cert.pem', beside: redis, changes: { 'redis.tls': { cert: certificate } } },
  REDIS_TLS_KEY_FILE: { text: 'key.pem', beside: redis, changes: { 'redis.tls': { key } } },
  REDIS_NAMESPACE: { text: 'm', beside: redis, changes: { 'redis.namespace': 'm' } },

  MAX_SUBSCRIPTIONS_PER_CONNECTION: { text: '7', changes: { 'delivery.maxSubscriptions': 7 } },
  MAX_LABELS_PER_CHANNEL: { text: '7', changes: { 'delivery.maxLabelsPerChannel': 7 } },
  MAX_CONNECTIONS: { text: '7', changes: { 'connectionLimits.maxConnections': 7 } },
  MAX_CONNECTIONS_PER_ACCOUNT: { text: '7', changes: { 'connectionLimits.maxConnectionsPerAccount': 7 } },
  MAX_CONNECTIONS_PER_TOKEN: { text: '7', changes: { 'connectionLimits.maxConnectionsPerToken': 7 } },
  MAX_CONNECTIONS_PER_ADDRESS: { text: '7', changes: { 'connectionLimits.maxConnectionsPerAddress': 7 } },
  MAX_WAITING_CLIENTS: { text: '7', changes: { 'auth.maxWaitingClients': 7 } },
  MAX_MESSAGES_PER_SECOND: { text: '7', changes: { 'input.maxMessagesPerSecond': 7 } },
  MAX_MESSAGES_PER_SECOND_PER_ACCOUNT: { text: '7', changes: { 'input.maxMessagesPerSecondPerAccount': 7 } },
  MAX_REQUESTS_PER_SECOND: { text: '7', changes: { 'input.maxRequestsPerSecond': 7 } },
  OUTPUT_BUDGET_KIB: {
    text: '128',
    beside: history,
    changes: { 'delivery.outputBudgetBytes': 131_072, 'history.maxReplayBytes': 65_536 },
  },
  OUTPUT_BUDGET_WRITES: { text: '700', changes: { 'delivery.outputBudgetPieces': 700 } },
  TOKEN_REVALIDATION_SECONDS: { text: '7', changes: { 'auth.revalidationIntervalMs': 7_000 } },

  AUDIENCE_MAX_WAIT_SECONDS: {
    text: '7',
    beside: history,
    changes: { 'audience.maxWaitMs': 7_000, 'history.decisionMs': 19_000 },
  },
  AUDIENCE_MAX_WAITING_EVENTS: { text: '7', changes: { 'audience.maxQueued': 7 } },
  AUDIENCE_MAX_BATCH_DELAY_MS: { text: '7', changes: { 'audience.maxBatchDelayMs': 7 } },

  STREAM_MODULES: { text: 'a, @b/c', changes: { 'streamModules.named': ['a', '@b/c'] } },
  STREAM_MODULES_ON_FAILURE: { text: 'leave-out', changes: { 'streamModules.onFailure': 'leave-out' } },

  HISTORY: {
    text: 'on',
    beside: { DEMO: 'false' },
    changes: {
      'history.decisionMs': 25_000,
      'history.maxBytes': 268_435_456,
      'history.maxReplayBytes': 2_097_152,
      'history.records': true,
    },
  },
  HISTORY_MAX_MIB: { text: '7', beside: history, changes: { 'history.maxBytes': 7_340_032 } },
  HISTORY_REDIS_URL: {
    text: 'redis://other',
    beside: { ...history, BROKER: 'redis', REDIS_NAMESPACE: 'm' },
    changes: {
      'history.historyRedis.url': 'redis://other',
      'history.historyRedis.namespace': 'm',
      'history.historyRedis.host': '127.0.0.1',
      'history.historyRedis.port': 6_379,
      'history.historyRedis.db': 0,
    },
  },
  ROLE: { text: 'recorder', beside: history, changes: { servesClients: false } },

  TRACES_URL: {
    text: 'http://127.0.0.1:4318/v1/traces',
    changes: { 'tracing.url': 'http://127.0.0.1:4318/v1/traces', 'tracing.ratio': 0.001 },
  },
  TRACES_PER_THOUSAND: { text: '7', beside: { TRACES_URL: 'http://t' }, changes: { 'tracing.ratio': 0.007 } },

  FEDISTREAM_DATA_DIR: { text: '/data', changes: { 'database.directory': '/data/database' } },
  DEMO: { text: 'false', changes: { demo: false } },
} as const satisfies Readonly<Record<VariableName, Effect>>;

import {
  firstHost,
  flag,
  host,
  hosts,
  integer,
  oneOf,
  packages,
  proxies,
  railsFlag,
  socketPath,
  text,
  url,
  type Form,
} from './forms.js';

/** The headings of the table, in its order. */
export const groups = {
  server: 'Server',
  database: 'PostgreSQL',
  redis: 'Redis',
  limits: 'Limits',
  audience: 'Audience',
  modules: 'Stream modules',
  history: 'History',
  tracing: 'Traces',
  demo: 'Embedded parts and demo',
} as const;

/** One environment variable: a row of the table. */
export interface Variable<T> {
  readonly group: keyof typeof groups;
  /** Whose variable it is: one of Mastodon's keeps its meaning there. */
  readonly origin: 'mastodon' | 'fedistream';
  readonly form: Form<T>;
  readonly default?: NoInfer<T>;
  /** What the documentation says about a default that is computed. */
  readonly defaultText?: string;
  readonly description: string;
  /** While one of these is set, this one is neither read nor validated. */
  readonly ignoredBeside?: readonly string[];
  /** Unless all of these are set, this one counts as one that is not set. */
  readonly needs?: readonly string[];
  /** The variables that are read instead, in this order, when this one is not set. One that is set but empty has no fall-back. */
  readonly fallbacks?: readonly string[];
  /** Whether its value MUST NOT be shown. */
  readonly secret?: true;
}

type Defaulted<T> = Variable<T> & { readonly default: NoInfer<T>; readonly ignoredBeside?: never };

function variable<T>(row: Omit<Defaulted<T>, 'origin'> & { readonly origin?: 'mastodon' }): Defaulted<T>;
function variable<T>(row: Omit<Variable<T>, 'origin'> & { readonly origin?: 'mastodon' }): Variable<T>;
function variable<T>(row: Omit<Variable<T>, 'origin'> & { readonly origin?: 'mastodon' }): Variable<T> {
  return { origin: 'fedistream', ...row };
}

const origin = 'mastodon';
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;
const redisServers = ['REDIS_URL', 'REDIS_SENTINELS'] as const;

/**
 * Every environment variable that is read, with its precedence and fall-backs: the one table from which settings,
 * `--check` and `docs/configuration.md` are made. Names, meaning and precedence of Mastodon's are those of its streaming
 * server. https://docs.joinmastodon.org/admin/config/
 */
export const variables = {
  NODE_ENV: variable({
    group: 'server',
    origin,
    form: text,
    default: 'development',
    description:
      '`production`: reads `.env.production` instead of `.env`, and expects PostgreSQL and Redis. Not read from a file.',
  }),
  PORT: variable({ group: 'server', origin, form: integer(0, 65_535), default: 4000, description: 'TCP port.' }),
  BIND: variable({
    group: 'server',
    origin,
    form: host,
    default: '127.0.0.1',
    description: 'Address to listen on. An IPv6 address may stand in brackets. `localhost` is its first address.',
  }),
  SOCKET: variable({
    group: 'server',
    origin,
    form: socketPath,
    description: 'Path of a unix socket to listen on, instead of `BIND` and `PORT`. Its mode is 0666.',
  }),
  LOG_LEVEL: variable({
    group: 'server',
    origin,
    form: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent', 'silly', 'verbose'),
    default: 'info',
    description: '`silly` and `verbose` of older servers mean `trace` and `debug`.',
  }),
  TRUSTED_PROXY_IP: variable({
    group: 'server',
    origin,
    form: proxies,
    default: 'loopback,uniquelocal',
    description: 'Proxies whose `X-Forwarded-For` is believed: addresses and networks, separated by commas.',
  }),
  ADMIN_PORT: variable({
    group: 'server',
    form: integer(0, 65_535),
    description:
      'TCP port of the internal listener with `/live`, `/ready`, `/metrics`, `/connections` and `/drain`. Not set: none.',
  }),
  ADMIN_BIND: variable({
    group: 'server',
    form: host,
    default: '127.0.0.1',
    description: 'Address of the internal listener. It asks for no token: never publish it.',
  }),
  METRICS_ON_PUBLIC_PORT: variable({
    group: 'server',
    form: flag,
    default: true,
    description: '`false`: only the internal listener serves `/metrics`.',
  }),
  DRAIN_DELAY_SECONDS: variable({
    group: 'server',
    form: integer(0, 600),
    defaultText: '`3` in production, else `0`',
    description:
      'How long after SIGTERM the process is not ready, but accepts clients: load balancers need time to notice.',
  }),
  DRAIN_SECONDS: variable({
    group: 'server',
    form: integer(0, 3_600),
    defaultText: '`4` in production, else `0`',
    description: 'Window after `DRAIN_DELAY_SECONDS` over which clients are closed, in random order.',
  }),
  SHUTDOWN_GRACE_SECONDS: variable({
    group: 'server',
    form: integer(0, 600),
    default: 5,
    description: 'The process ends this long after both windows, even if clients are still connected.',
  }),

  DATABASE: variable({
    group: 'database',
    form: oneOf('postgresql', 'embedded'),
    defaultText:
      '`postgresql` in production, or when a variable of its server (all below but `DB_POOL` and `PREPARED_STATEMENTS`) is set; else `embedded`',
    description: 'Where the platform’s tables are.',
  }),
  DATABASE_URL: variable({
    group: 'database',
    origin,
    form: url('postgres:', 'postgresql:', 'socket:')
      .refine((value) => !/^\w+:\/*$/.test(value), 'a URL that names a host or a database')
      .refine(
        (value) => [null, ...sslModes].includes(firstHost(value)?.searchParams.get('sslmode') as null),
        `a URL whose sslmode is one of ${sslModes.join(', ')}`,
      ),
    secret: true,
    description:
      'As libpq reads it, with `sslmode`, `sslrootcert`, `sslcert`, `sslkey` and several hosts. It alone says where PostgreSQL is.',
  }),
  DB_HOST: variable({
    group: 'database',
    origin,
    form: host,
    default: 'localhost',
    ignoredBeside: ['DATABASE_URL'],
    description: 'Host, or directory of a unix socket.',
  }),
  DB_PORT: variable({
    group: 'database',
    origin,
    form: integer(1, 65_535),
    default: 5432,
    ignoredBeside: ['DATABASE_URL'],
    description: 'TCP port of PostgreSQL.',
  }),
  DB_USER: variable({
    group: 'database',
    origin,
    form: text,
    default: 'mastodon',
    ignoredBeside: ['DATABASE_URL'],
    description: 'User of PostgreSQL.',
  }),
  DB_PASS: variable({
    group: 'database',
    origin,
    form: text,
    secret: true,
    description: 'Password of PostgreSQL, also for a `DATABASE_URL` without one.',
  }),
  DB_NAME: variable({
    group: 'database',
    origin,
    form: text,
    defaultText: '`mastodon_production` in production, else `mastodon_development`',
    ignoredBeside: ['DATABASE_URL'],
    description: 'Name of the database.',
  }),
  DB_SSLMODE: variable({
    group: 'database',
    origin,
    form: oneOf(...sslModes),
    default: 'prefer',
    ignoredBeside: ['DATABASE_URL'],
    description: 'Encryption, with libpq’s modes and `no-verify`. A unix socket has none.',
  }),
  DB_POOL: variable({
    group: 'database',
    origin,
    form: integer(1, 1_000),
    default: 10,
    description: 'Most connections to PostgreSQL.',
  }),
  PREPARED_STATEMENTS: variable({
    group: 'database',
    origin,
    form: railsFlag,
    defaultText: 'found out from the server',
    description: '`false` behind a pooler in transaction mode, as for Mastodon’s other processes.',
  }),

  BROKER: variable({
    group: 'redis',
    form: oneOf('redis', 'memory'),
    defaultText:
      '`redis` in production, or when a variable of its server (address, user, password, database) is set; else `memory`',
    description: 'Where events come from.',
  }),
  REDIS_URL: variable({
    group: 'redis',
    origin,
    form: url('redis:', 'rediss:', 'unix:')
      .refine((value) => !/^unix:\/*$/.test(value), 'a URL with the path of a socket, as in unix:///run/redis.sock')
      .refine(
        (value) => !/^rediss?:/.test(value) || /^\/?\d{0,6}$/.test(new URL(value).pathname),
        'a URL whose path is the number of a database, as in redis://host:6379/0',
      ),
    secret: true,
    description: '`redis://`, `rediss://` (TLS) or `unix://`. It alone says where Redis is.',
  }),
  REDIS_SENTINELS: variable({
    group: 'redis',
    origin,
    form: hosts,
    ignoredBeside: ['REDIS_URL'],
    needs: ['REDIS_SENTINEL_MASTER'],
    description: 'Sentinels as `host` or `host:port`, separated by commas.',
  }),
  REDIS_SENTINEL_MASTER: variable({
    group: 'redis',
    origin,
    form: text,
    ignoredBeside: ['REDIS_URL'],
    description: 'The Sentinels’ name of the master, often `mymaster`.',
  }),
  REDIS_SENTINEL_PORT: variable({
    group: 'redis',
    origin,
    form: integer(1, 65_535),
    default: 26_379,
    ignoredBeside: ['REDIS_URL'],
    description: 'Port of Sentinels that are given without one.',
  }),
  REDIS_SENTINEL_USERNAME: variable({
    group: 'redis',
    origin,
    form: text,
    ignoredBeside: ['REDIS_URL'],
    fallbacks: ['REDIS_USER', 'REDIS_USERNAME'],
    description: 'User of the Sentinels.',
  }),
  REDIS_SENTINEL_PASSWORD: variable({
    group: 'redis',
    origin,
    form: text,
    secret: true,
    ignoredBeside: ['REDIS_URL'],
    fallbacks: ['REDIS_PASSWORD'],
    description: 'Password of the Sentinels. Set and empty: none.',
  }),
  REDIS_SENTINEL_TLS: variable({
    group: 'redis',
    form: flag,
    default: false,
    ignoredBeside: ['REDIS_URL'],
    description: '`true` for Sentinels that speak TLS.',
  }),
  REDIS_HOST: variable({
    group: 'redis',
    origin,
    form: host,
    default: '127.0.0.1',
    ignoredBeside: redisServers,
    description: 'Host of Redis.',
  }),
  REDIS_PORT: variable({
    group: 'redis',
    origin,
    form: integer(1, 65_535),
    default: 6379,
    ignoredBeside: redisServers,
    description: 'TCP port of Redis.',
  }),
  REDIS_DB: variable({
    group: 'redis',
    origin,
    form: integer(0, 1_000_000),
    default: 0,
    ignoredBeside: ['REDIS_URL'],
    description: 'Database of the `subscribed:` keys. Publishing knows no databases.',
  }),
  REDIS_USER: variable({
    group: 'redis',
    origin,
    form: text,
    ignoredBeside: ['REDIS_URL'],
    fallbacks: ['REDIS_USERNAME'],
    description: 'User of Redis, as Mastodon’s documentation calls it.',
  }),
  REDIS_USERNAME: variable({
    group: 'redis',
    origin,
    form: text,
    ignoredBeside: ['REDIS_URL'],
    description: 'The same, as Mastodon’s streaming server calls it.',
  }),
  REDIS_PASSWORD: variable({
    group: 'redis',
    origin,
    form: text,
    secret: true,
    ignoredBeside: ['REDIS_URL'],
    description: 'Password of Redis.',
  }),
  REDIS_TLS: variable({
    group: 'redis',
    form: flag,
    default: false,
    ignoredBeside: ['REDIS_URL'],
    description: '`true` for servers that speak TLS. `rediss://` and the files below imply it.',
  }),
  REDIS_TLS_CA_FILE: variable({
    group: 'redis',
    form: text,
    description: 'PEM file of the authority that signed the certificates of Redis and its Sentinels.',
  }),
  REDIS_TLS_CERT_FILE: variable({
    group: 'redis',
    form: text,
    description: 'PEM file of this client’s certificate.',
  }),
  REDIS_TLS_KEY_FILE: variable({ group: 'redis', form: text, description: 'PEM file of its private key.' }),
  REDIS_NAMESPACE: variable({
    group: 'redis',
    origin,
    form: text,
    description: '`n` puts `n:` before every channel and key.',
  }),

  MAX_SUBSCRIPTIONS_PER_CONNECTION: variable({
    group: 'limits',
    form: integer(1, 100_000),
    default: 200,
    description: 'Subscriptions that one connection may hold. More are answered with 429.',
  }),
  MAX_LABELS_PER_CHANNEL: variable({
    group: 'limits',
    form: integer(1, 100_000),
    default: 5,
    description:
      'Subscriptions of one connection to one channel: spellings of a hashtag, or other parameters of a stream. More: 429.',
  }),
  MAX_CONNECTIONS: variable({
    group: 'limits',
    form: integer(1, 10_000_000),
    default: 1_000_000,
    description: 'Open connections of this process. More are answered with 429.',
  }),
  MAX_CONNECTIONS_PER_ACCOUNT: variable({
    group: 'limits',
    form: integer(1, 10_000_000),
    default: 1_000,
    description: 'Open connections of one account.',
  }),
  MAX_CONNECTIONS_PER_TOKEN: variable({
    group: 'limits',
    form: integer(1, 10_000_000),
    default: 1_000,
    description: 'Open connections of one access token.',
  }),
  MAX_CONNECTIONS_PER_ADDRESS: variable({
    group: 'limits',
    form: integer(1, 10_000_000),
    default: 10_000,
    description: 'Open connections of one client address, behind `TRUSTED_PROXY_IP`; of IPv6, of one /64 network.',
  }),
  MAX_WAITING_CLIENTS: variable({
    group: 'limits',
    form: integer(1, 1_000_000),
    default: 10_000,
    description: 'Clients that may wait to be let in, as after a restart. More are answered with 503.',
  }),
  MAX_MESSAGES_PER_SECOND: variable({
    group: 'limits',
    form: integer(1, 1_000_000),
    default: 50,
    description:
      'Messages and pings a second of one WebSocket, ten times as many at once. More are read slower, then closed with 1008.',
  }),
  MAX_MESSAGES_PER_SECOND_PER_ACCOUNT: variable({
    group: 'limits',
    form: integer(1, 1_000_000),
    default: 1_000,
    description: 'The same of all WebSockets of one account together. More are read slower.',
  }),
  MAX_REQUESTS_PER_SECOND: variable({
    group: 'limits',
    form: integer(1, 1_000_000),
    default: 50,
    description:
      'HTTP requests a second on one connection that comes from no trusted proxy, ten times as many at once. More are handled later.',
  }),
  OUTPUT_BUDGET_KIB: variable({
    group: 'limits',
    form: integer(64, 1_048_576),
    default: 4_096,
    description: 'Unsent output of one client in KiB. A client that exceeds it is closed with 1013.',
  }),
  OUTPUT_BUDGET_WRITES: variable({
    group: 'limits',
    form: integer(100, 10_000_000),
    default: 10_000,
    description: 'Unsent events of one client, however small. A client that exceeds it is closed with 1013.',
  }),
  TOKEN_REVALIDATION_SECONDS: variable({
    group: 'limits',
    form: integer(1, 86_400),
    default: 300,
    description: 'Pause between two re-validations of all open tokens, ±20 %.',
  }),

  AUDIENCE_MAX_WAIT_SECONDS: variable({
    group: 'audience',
    form: integer(1, 600),
    default: 10,
    description: 'How long an event waits for PostgreSQL before it is dropped.',
  }),
  AUDIENCE_MAX_WAITING_EVENTS: variable({
    group: 'audience',
    form: integer(1, 100_000),
    default: 1_000,
    description: 'Events of one stream that may wait for PostgreSQL.',
  }),
  AUDIENCE_MAX_BATCH_DELAY_MS: variable({
    group: 'audience',
    form: integer(0, 1_000),
    default: 100,
    description: 'How long events of a batch may wait, in milliseconds; 0 turns batching off.',
  }),

  STREAM_MODULES: variable({
    group: 'modules',
    form: packages,
    description: 'Packages with stream modules that are loaded beside those of the workspace, separated by commas.',
  }),
  STREAM_MODULES_ON_FAILURE: variable({
    group: 'modules',
    form: oneOf('stop', 'leave-out'),
    default: 'stop',
    description:
      'What becomes of a start in which a stream module has problems. `leave-out`: the server starts without it.',
  }),

  HISTORY: variable({
    group: 'history',
    form: oneOf('on', 'off'),
    defaultText: '`off`; `on` in the demo',
    description: 'Keeps the events of the last five minutes, so that clients that were away get what they missed.',
  }),
  HISTORY_MAX_MIB: variable({
    group: 'history',
    form: integer(1, 1_048_576),
    default: 256,
    description: 'Size of the history in MiB. Beyond it, the channels longest without an event are dropped.',
  }),
  HISTORY_REDIS_URL: variable({
    group: 'history',
    form: url('redis:', 'rediss:', 'unix:'),
    secret: true,
    defaultText: 'the Redis of the events',
    description: 'A Redis of its own for the history, with the same `REDIS_NAMESPACE`.',
  }),
  ROLE: variable({
    group: 'history',
    form: oneOf('all', 'streaming', 'recorder'),
    default: 'all',
    description:
      '`recorder`: only records the history. `streaming`: only serves clients. Of all that record, one does at a time.',
  }),

  TRACES_URL: variable({
    group: 'tracing',
    form: url('http:', 'https:'),
    secret: true,
    description:
      'OTLP/HTTP receiver of OpenTelemetry traces, as `http://127.0.0.1:4318/v1/traces`. Not set: nothing is traced, or loaded.',
  }),
  TRACES_PER_THOUSAND: variable({
    group: 'tracing',
    form: integer(1, 1_000),
    default: 1,
    description: 'How many of a thousand events and connections are traced.',
  }),

  FEDISTREAM_DATA_DIR: variable({
    group: 'demo',
    form: text,
    default: '.fedistream',
    description: 'Directory of the embedded database.',
  }),
  DEMO: variable({
    group: 'demo',
    form: flag,
    defaultText: '`true` with the embedded database and the in-memory broker outside of production',
    description: 'Demo accounts, tokens and events. Needs `DATABASE=embedded`.',
  }),
} as const satisfies Record<string, Variable<unknown>>;

/** The name of a variable in the table. */
export type VariableName = keyof typeof variables;

/** The value that a variable has: `undefined` only for one without default. */
export type ValueOf<N extends VariableName> =
  (typeof variables)[N] extends Defaulted<infer T>
    ? T
    : (typeof variables)[N] extends Variable<infer T>
      ? T | undefined
      : never;

/** Variables of Mastodon's documentation that this server does not read, and why. */
export const notRead = {
  STREAMING_CLUSTER_NUM: 'Mastodon has removed it. Start one process for each core, each with its own `PORT`.',
  STREAMING_API_BASE_URL: 'It tells Mastodon’s web server where clients find this one.',
  REDIS_DRIVER: 'It chooses a Ruby library. TLS needs `rediss://`, or `REDIS_TLS` with Sentinels.',
  OTEL_EXPORTER_OTLP_ENDPOINT:
    'Traces of Mastodon’s Ruby processes, like the other `OTEL_` variables. Those of this server need `TRACES_URL`.',
  MASTODON_PROMETHEUS_EXPORTER_ENABLED:
    'Metrics of Mastodon’s Ruby processes, like the other `PROMETHEUS_` variables. This server always has `/metrics`.',
  CACHE_REDIS_URL: 'The cache, like the other `CACHE_REDIS_` variables: nothing is published there.',
  SIDEKIQ_REDIS_URL: 'The job queue, like the other `SIDEKIQ_REDIS_` variables: nothing is published there.',
  REPLICA_DATABASE_URL:
    'Read replicas, like the other `REPLICA_` variables: a replica’s lag would show hidden statuses.',
} as const;

/** Whether a variable of this name may hold a secret. */
export function isSecret(name: string): boolean {
  return name in variables && 'secret' in variables[name as VariableName];
}

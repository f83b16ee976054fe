import { compile } from '@fastify/proxy-addr';
import { z } from 'zod';

/** The environment as it was found: texts by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A wrong or missing setting. The message is one line for the operator: variable, value, what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const integer = (smallest: number, largest: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${smallest} to ${largest}`)
    .transform(Number)
    .refine((value) => value >= smallest && value <= largest, `a whole number from ${smallest} to ${largest}`);
const port = integer(0, 65_535);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const encoded = 'with special characters in a password percent-encoded';
/** A URL that the adapters' libraries can read. The first fault ends the examination: what comes later takes it apart. */
const url = (...protocols: string[]) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      error: `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}, ${encoded}`,
      abort: true,
    })
    .refine(canDecode, { error: `a URL ${encoded}: % is written as %25`, abort: true });
const sslMode = z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);
const logLevels = { silly: 'trace', verbose: 'debug' } as const;

/** `sun_path` holds so many bytes (unix(7)); libuv would silently cut the rest off. */
const longestSocketPath = 107;

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Judged by the library that will use it. */
function areProxies(text: string): boolean {
  try {
    compile(text.split(','));
    return true;
  } catch {
    return false;
  }
}

/** Every variable that is read, with its form and its default. An empty variable counts as one that is not set. */
const variables = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: port.default(4000),
  BIND: z.string().default('127.0.0.1'),
  SOCKET: z
    .string()
    .refine((value) => Buffer.byteLength(value) <= longestSocketPath, `a path of ${longestSocketPath} bytes at most`)
    .optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent', 'silly', 'verbose'])
    .transform((level) => (level === 'silly' || level === 'verbose' ? logLevels[level] : level))
    .default('info'),
  TRUSTED_PROXY_IP: z
    .string()
    .transform((value) => value.split(/[\s,]+/).join(','))
    .refine(areProxies, 'loopback, linklocal, uniquelocal, addresses or networks (10.0.0.0/8), separated by commas')
    .default('loopback,uniquelocal'),

  DATABASE: z.enum(['postgresql', 'embedded']).optional(),
  DATABASE_URL: url('postgres:', 'postgresql:')
    .refine((value) => !/^\w+:\/*$/.test(value), 'a URL that names a host or a database')
    .refine(
      (value) => sslMode.nullable().safeParse(new URL(value).searchParams.get('sslmode')).success,
      `a URL whose sslmode is one of ${sslMode.options.join(', ')}`,
    )
    .optional(),
  DB_HOST: z.string().optional(),
  DB_PORT: integer(1, 65_535).default(5432),
  DB_USER: z.string().optional(),
  DB_PASS: z.string().optional(),
  DB_NAME: z.string().optional(),
  DB_SSLMODE: sslMode.optional(),
  DB_POOL: integer(1, 1_000).default(10),
  FEDISTREAM_DATA_DIR: z.string().default('.fedistream'),

  BROKER: z.enum(['redis', 'memory']).optional(),
  REDIS_URL: url('redis:', 'rediss:', 'unix:')
    .refine((value) => !/^unix:\/*$/.test(value), 'a URL with the path of a socket, as in unix:///run/redis.sock')
    .refine(
      (value) => !/^rediss?:/.test(value) || /^\/?\d{0,6}$/.test(new URL(value).pathname),
      'a URL whose path is the number of a database, as in redis://host:6379/0',
    )
    .optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: integer(1, 65_535).default(6379),
  REDIS_DB: integer(0, 1_000_000).default(0),
  REDIS_USER: z.string().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_NAMESPACE: z.string().optional(),
  REDIS_SENTINELS: z.string().optional(),
  REDIS_SENTINEL_MASTER: z.string().default('mymaster'),
  REDIS_SENTINEL_PORT: integer(1, 65_535).default(26_379),
  REDIS_SENTINEL_USERNAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_TLS_CA_FILE: z.string().optional(),
  REDIS_TLS_CERT_FILE: z.string().optional(),
  REDIS_TLS_KEY_FILE: z.string().optional(),

  DEMO: flag.optional(),
  MAX_SUBSCRIPTIONS_PER_CONNECTION: integer(1, 100_000).default(200),
  OUTPUT_BUDGET_KIB: integer(64, 1_048_576).default(4_096),
  TOKEN_REVALIDATION_SECONDS: integer(1, 86_400).default(300),
  AUDIENCE_MAX_WAIT_SECONDS: integer(1, 600).default(10),
  AUDIENCE_MAX_WAITING_EVENTS: integer(1, 100_000).default(1_000),
  AUDIENCE_MAX_GATHER_MS: integer(0, 1_000).default(100),
  SHUTDOWN_GRACE_SECONDS: integer(0, 600).default(5),
});

type Variables = z.infer<typeof variables>;

/** The configuration: read once, validated, frozen. Durations and sizes carry their unit in the name. */
export interface Settings extends Readonly<Omit<Variables, 'DATABASE' | 'BROKER' | 'DEMO'>> {
  readonly DATABASE: 'postgresql' | 'embedded';
  readonly BROKER: 'redis' | 'memory';
  readonly DEMO: boolean;
}

/**
 * Reads the configuration.
 *
 * @throws SettingsError naming the variable, its value (never that of a secret) and what is allowed
 */
export function readSettings(environment: Environment): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map((issue) => describe(issue, given)).join('\n'));
  }
  const values = parsed.data;
  const usesPostgresql = isGiven(values, ['DATABASE_URL', 'DB_HOST', 'DB_NAME', 'DB_USER']);
  const usesRedis = isGiven(values, ['REDIS_URL', 'REDIS_HOST', 'REDIS_SENTINELS']);
  const DATABASE = values.DATABASE ?? (usesPostgresql ? 'postgresql' : 'embedded');
  const BROKER = values.BROKER ?? (usesRedis ? 'redis' : 'memory');
  const settings: Settings = {
    ...values,
    BIND: values.BIND.replace(/^\[(.*)\]$/, '$1'),
    DATABASE,
    BROKER,
    DEMO: values.DEMO ?? (DATABASE === 'embedded' && BROKER === 'memory' && values.NODE_ENV !== 'production'),
  };
  if (values.NODE_ENV === 'production') {
    refuseUnasked(values.DATABASE, settings.DATABASE, 'embedded', 'DATABASE', 'DATABASE_URL or DB_HOST');
    refuseUnasked(values.BROKER, settings.BROKER, 'memory', 'BROKER', 'REDIS_URL, REDIS_HOST or REDIS_SENTINELS');
  }
  // Tokens that everybody knows have no place in a database that others use.
  if (settings.DEMO && settings.DATABASE !== 'embedded') {
    throw new SettingsError('DEMO="true": the demo runs only with DATABASE=embedded');
  }
  return Object.freeze(settings);
}

function isGiven(values: Variables, names: readonly (keyof Variables)[]): boolean {
  return names.some((name) => values[name] !== undefined);
}

/** What is made for a first start is never a production server's silent fallback. */
function refuseUnasked(
  asked: string | undefined,
  chosen: string,
  embedded: string,
  name: string,
  instead: string,
): void {
  if (chosen === embedded && asked === undefined) {
    throw new SettingsError(
      `${name} is not set, nor is ${instead}: with NODE_ENV=production set ${instead}, or ask for ${name}=${embedded} by name`,
    );
  }
}

/** Whether a variable of this name may hold what nobody must read in a log. */
export function isSecret(name: string): boolean {
  return /URL|PASS/.test(name);
}

function describe(
  { path, message, code, ...issue }: z.core.$ZodIssue,
  given: Readonly<Record<string, unknown>>,
): string {
  const name = String(path[0]);
  const value = isSecret(name) ? '(not shown)' : `"${String(given[name])}"`;
  const allowed = code === 'invalid_value' && 'values' in issue ? `one of ${issue.values.join(', ')}` : message;
  return `${name}=${value}: must be ${allowed}`;
}

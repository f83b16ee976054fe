import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSettings } from '@fedistream/database';
import type { RedisSettings, SentinelAddress } from '@fedistream/redis';
import { SettingsError, type Settings } from './settings.js';

/** What PEM files may hold. TLS would pass over an authority that it cannot read, and fail later without naming it. */
const readers = { certificate: (pem: string) => new X509Certificate(pem), 'private key': createPrivateKey } as const;

/** The parameters of DATABASE_URL that name files. */
const databaseFiles = new Map<string, keyof typeof readers>([
  ['sslrootcert', 'certificate'],
  ['sslcert', 'certificate'],
  ['sslkey', 'private key'],
]);

/** The part of the settings that the database adapter takes. @throws SettingsError for a file that cannot be used */
export function databaseSettings(settings: Settings): DatabaseSettings {
  if (settings.DATABASE === 'embedded') {
    return { kind: 'embedded', directory: join(settings.FEDISTREAM_DATA_DIR, 'database') };
  }
  requireDatabaseFiles(settings.DATABASE_URL);
  return {
    kind: 'postgresql',
    url: settings.DATABASE_URL,
    host: settings.DB_HOST,
    port: settings.DB_PORT,
    user: settings.DB_USER,
    password: settings.DB_PASS,
    name: settings.DB_NAME ?? (settings.NODE_ENV === 'production' ? 'mastodon_production' : 'mastodon_development'),
    sslMode: settings.DB_SSLMODE,
    poolSize: settings.DB_POOL,
  };
}

/** The part of the settings that the Redis adapter takes. @throws SettingsError for a file that cannot be used */
export function redisSettings(settings: Settings): RedisSettings {
  const tls = {
    ca: redisFile(settings, 'REDIS_TLS_CA_FILE', 'certificate'),
    cert: redisFile(settings, 'REDIS_TLS_CERT_FILE', 'certificate'),
    key: redisFile(settings, 'REDIS_TLS_KEY_FILE', 'private key'),
  };
  return {
    url: settings.REDIS_URL,
    sentinels: sentinels(settings),
    sentinelMaster: settings.REDIS_SENTINEL_MASTER,
    sentinelUsername: settings.REDIS_SENTINEL_USERNAME,
    sentinelPassword: settings.REDIS_SENTINEL_PASSWORD,
    host: settings.REDIS_HOST,
    port: settings.REDIS_PORT,
    username: settings.REDIS_USER,
    password: settings.REDIS_PASSWORD,
    db: settings.REDIS_DB,
    tls: Object.values(tls).some((pem) => pem !== undefined) ? tls : undefined,
    namespace: settings.REDIS_NAMESPACE,
  };
}

/** `host`, `host:port`, several of them separated by commas. */
function sentinels({ REDIS_SENTINELS, REDIS_SENTINEL_PORT }: Settings): SentinelAddress[] | undefined {
  return REDIS_SENTINELS?.split(',').map((entry) => {
    const [host = '', port] = entry.trim().split(':');
    const number = port === undefined ? REDIS_SENTINEL_PORT : Number(port);
    if (host === '' || !Number.isInteger(number) || number < 1 || number > 65_535) {
      throw new SettingsError(`REDIS_SENTINELS="${REDIS_SENTINELS}": must be host or host:port, separated by commas`);
    }
    return { host, port: number };
  });
}

/** The adapter reads them itself, and would not say where their names come from. */
function requireDatabaseFiles(url: string | undefined): void {
  for (const [name, file] of url === undefined ? [] : new URL(url).searchParams) {
    const kind = databaseFiles.get(name);
    if (kind !== undefined && file !== '') {
      readPem(file, kind, `DATABASE_URL=(not shown): ${name}`);
    }
  }
}

function redisFile(
  settings: Settings,
  name: 'REDIS_TLS_CA_FILE' | 'REDIS_TLS_CERT_FILE' | 'REDIS_TLS_KEY_FILE',
  kind: keyof typeof readers,
): string | undefined {
  const file = settings[name];
  return file === undefined ? undefined : readPem(file, kind, `${name}="${file}":`);
}

/** @param setting what the message begins with when the file cannot be used */
function readPem(file: string, kind: keyof typeof readers, setting: string): string {
  let problem = 'file that can be read';
  try {
    const pem = readFileSync(file, 'utf8');
    problem = `PEM file with a ${kind}`;
    readers[kind](pem);
    return pem;
  } catch (failure) {
    throw new SettingsError(`${setting} must be a ${problem}`, { cause: failure });
  }
}

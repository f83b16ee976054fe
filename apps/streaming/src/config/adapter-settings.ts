import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSettings } from '@fedistream/database';
import type { RedisSettings, SentinelAddress } from '@fedistream/redis';
import { SettingsError, type Settings } from './settings.js';

/** The parameters of DATABASE_URL that name files. */
const databaseFiles = ['sslrootcert', 'sslcert', 'sslkey'];

/** The part of the settings that the database adapter takes. @throws SettingsError for a file that cannot be read */
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

/** The part of the settings that the Redis adapter takes. @throws SettingsError for a file that cannot be read */
export function redisSettings(settings: Settings): RedisSettings {
  const tls = {
    ca: readPem('REDIS_TLS_CA_FILE', settings.REDIS_TLS_CA_FILE),
    cert: readPem('REDIS_TLS_CERT_FILE', settings.REDIS_TLS_CERT_FILE),
    key: readPem('REDIS_TLS_KEY_FILE', settings.REDIS_TLS_KEY_FILE),
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
    if (databaseFiles.includes(name) && file !== '' && !canBeRead(file)) {
      throw new SettingsError(`DATABASE_URL=(not shown): ${name} must be a file that can be read`);
    }
  }
}

function canBeRead(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function readPem(name: string, file: string | undefined): string | undefined {
  if (file === undefined) {
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (failure) {
    throw new SettingsError(`${name}="${file}": must be a file that can be read`, { cause: failure });
  }
}

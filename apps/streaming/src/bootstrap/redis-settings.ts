import type { RedisSettings, SentinelAddress } from '@fedistream/redis';
import type { Environment } from './environment/environment.js';
import { readPem } from './pem-file.js';

/** One of these, outside of production, asks for Redis instead of the in-memory broker. */
const ofServer = [
  ...['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_HOST', 'REDIS_PORT'],
  ...['REDIS_DB', 'REDIS_USER', 'REDIS_USERNAME', 'REDIS_PASSWORD'],
];

/**
 * Where Redis is, as Mastodon's server reads it: REDIS_URL alone, else Sentinels, else a host.
 *
 * @returns `undefined` for the in-memory broker
 * @throws SettingsError for a file that cannot be used
 */
export function readRedisSettings(environment: Environment): RedisSettings | undefined {
  const production = environment.read('NODE_ENV') === 'production';
  const given = ofServer.some((name) => environment.isSet(name));
  if ((environment.read('BROKER') ?? (production || given ? 'redis' : 'memory')) === 'memory') {
    return undefined;
  }
  const files = {
    ca: pemOf(environment, 'REDIS_TLS_CA_FILE', 'certificate'),
    cert: pemOf(environment, 'REDIS_TLS_CERT_FILE', 'certificate'),
    key: pemOf(environment, 'REDIS_TLS_KEY_FILE', 'private key'),
  };
  const tls = environment.read('REDIS_TLS') === true || Object.values(files).some((pem) => pem !== undefined);
  const common = { tls: tls ? files : undefined, namespace: environment.read('REDIS_NAMESPACE') };
  const url = environment.read('REDIS_URL');
  if (environment.isSet('REDIS_URL')) {
    return { ...common, url };
  }
  const server = {
    ...common,
    db: environment.read('REDIS_DB'),
    username: environment.read('REDIS_USER'),
    password: environment.read('REDIS_PASSWORD'),
  };
  if (environment.isSet('REDIS_SENTINELS')) {
    return {
      ...server,
      sentinels: readSentinels(environment),
      sentinelMaster: environment.read('REDIS_SENTINEL_MASTER'),
      sentinelUsername: environment.read('REDIS_SENTINEL_USERNAME'),
      sentinelPassword: environment.read('REDIS_SENTINEL_PASSWORD'),
      sentinelTls: environment.read('REDIS_SENTINEL_TLS') === true ? files : undefined,
    };
  }
  return { ...server, host: environment.read('REDIS_HOST'), port: environment.read('REDIS_PORT') };
}

function readSentinels(environment: Environment): SentinelAddress[] {
  const port = environment.read('REDIS_SENTINEL_PORT') ?? 0;
  return (environment.read('REDIS_SENTINELS') ?? []).map((sentinel) => ({
    host: sentinel.host,
    port: sentinel.port ?? port,
  }));
}

function pemOf(
  environment: Environment,
  name: 'REDIS_TLS_CA_FILE' | 'REDIS_TLS_CERT_FILE' | 'REDIS_TLS_KEY_FILE',
  kind: 'certificate' | 'private key',
): string | undefined {
  const file = environment.read(name);
  return file === undefined ? undefined : readPem(file, kind, `${name}="${file}":`);
}

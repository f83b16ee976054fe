import { join } from 'node:path';
import type { DatabaseSettings } from '@fedistream/database';
import type { Environment } from './environment/environment.js';
import { firstHost } from './environment/forms.js';
import { readPem } from './pem-file.js';

/** The parameters of DATABASE_URL that name files. `sslrootcert=system` means the system's authorities (libpq 16). */
const fileParameters = new Map([
  ['sslrootcert', 'certificate'],
  ['sslcert', 'certificate'],
  ['sslkey', 'private key'],
] as const);

/** One of these, outside of production, asks for PostgreSQL instead of the embedded database. */
const ofServer = ['DATABASE_URL', 'DB_HOST', 'DB_PORT', 'DB_USER', 'DB_PASS', 'DB_NAME', 'DB_SSLMODE'];

/**
 * Where the platform's tables are, as Mastodon's server reads it: DATABASE_URL alone, but for a password that it lacks, or
 * else the DB_ variables.
 *
 * @throws SettingsError for a file that cannot be used
 */
export function readDatabaseSettings(environment: Environment): DatabaseSettings {
  const production = environment.read('NODE_ENV') === 'production';
  const given = ofServer.some((name) => environment.isSet(name));
  const kind = environment.read('DATABASE') ?? (production || given ? 'postgresql' : 'embedded');
  if (kind === 'embedded') {
    return { kind, directory: join(environment.read('FEDISTREAM_DATA_DIR'), 'database') };
  }
  const common = {
    kind,
    password: environment.read('DB_PASS'),
    poolSize: environment.read('DB_POOL'),
    preparedStatements: environment.read('PREPARED_STATEMENTS'),
  };
  const url = environment.read('DATABASE_URL');
  if (environment.isSet('DATABASE_URL')) {
    requireFiles(url);
    return { ...common, url };
  }
  return {
    ...common,
    host: environment.read('DB_HOST'),
    port: environment.read('DB_PORT'),
    user: environment.read('DB_USER'),
    name: environment.read('DB_NAME') ?? (production ? 'mastodon_production' : 'mastodon_development'),
    sslMode: environment.read('DB_SSLMODE'),
  };
}

/** The adapter reads the files itself, but its errors would not name the setting. */
function requireFiles(url: string | undefined): void {
  for (const [parameter, kind] of fileParameters) {
    const file = url === undefined ? null : firstHost(url)?.searchParams.get(parameter);
    if (file && !(parameter === 'sslrootcert' && file === 'system')) {
      readPem(file, kind, `DATABASE_URL=(not shown): ${parameter}`);
    }
  }
}

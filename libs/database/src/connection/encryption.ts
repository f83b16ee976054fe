import { existsSync, readFileSync } from 'node:fs';
import tls, { type ConnectionOptions as TlsOptions } from 'node:tls';
import { errorReason } from '@fedistream/util';
import type { SslMode } from './database-settings.js';

/** What node-postgres calls `ssl`: options of TLS, or `false` for no encryption. */
export type Encryption = TlsOptions | false;

/** How a connection is to be encrypted. */
export interface SslSettings {
  readonly mode: string;
  /** Certificates and the like. */
  readonly tls: TlsOptions;
  /** `uselibpqcompat=true`: `require` checks the certificate only against a given root. */
  readonly libpqCompatible?: boolean;
  /** `sslrootcert=system`. */
  readonly systemRoots?: boolean;
}

/**
 * The ways to encrypt, in the order in which to try them. As node-postgres has it today, `require` and above check the
 * certificate (`verify-ca` not its host name), unless `uselibpqcompat` asks for libpq's rules. `allow` and `prefer` check
 * nothing, as they would do without encryption.
 *
 * @throws Error when the mode does not exist, or is too weak for the system's roots
 */
export function encryptionsOf({ mode, tls: given, libpqCompatible, systemRoots }: SslSettings): readonly Encryption[] {
  const options = systemRoots ? { ...given, ca: readSystemRoots() } : given;
  const unchecked = { ...options, rejectUnauthorized: false };
  const anyName = { ...options, checkServerIdentity: () => undefined };
  const modes: Record<SslMode, readonly Encryption[]> = {
    disable: [false],
    allow: [false, unchecked],
    prefer: [unchecked, false],
    'no-verify': [unchecked],
    require: [libpqCompatible ? (options.ca === undefined ? unchecked : anyName) : options],
    'verify-ca': [anyName],
    'verify-full': [options],
  };
  if (!Object.hasOwn(modes, mode)) {
    throw new Error(`sslmode=${mode} does not exist: it is one of ${Object.keys(modes).join(', ')}`);
  }
  if (systemRoots && mode !== 'verify-full') {
    throw new Error(`sslmode=${mode} is too weak for sslrootcert=system: use verify-full, or leave sslmode out`);
  }
  if (libpqCompatible && mode === 'verify-ca' && options.ca === undefined) {
    throw new Error('sslmode=verify-ca needs sslrootcert: any public authority would do otherwise');
  }
  return modes[mode as SslMode];
}

/** Whether this failure says no more than that the server wants the connection encrypted otherwise. */
export function wantsOtherEncryption(failure: unknown, tried: Encryption): boolean {
  if (!(failure instanceof Error)) {
    return false;
  }
  const code = 'code' in failure ? String(failure.code) : '';
  return tried === false
    ? code === '28000' && failure.message.includes('no encryption')
    : errorReason(failure) === 'The server does not support SSL connections' || /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code);
}

const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** The operating system's trusted roots; Node's own where neither Node nor a known file tells them. */
function readSystemRoots(): string | string[] | undefined {
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    return (tls.getCACertificates as (type: string) => string[])('system');
  }
  const bundle = [process.env['SSL_CERT_FILE'], ...bundles].find((file) => file && existsSync(file));
  return bundle === undefined ? undefined : readFileSync(bundle, 'utf8');
}

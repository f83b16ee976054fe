import { existsSync, readFileSync } from 'node:fs';
import tls, { type ConnectionOptions as TlsOptions } from 'node:tls';
import { errorReason } from '@fedistream/util';
import type { SslMode } from './database-settings.js';

/** The option `ssl` of node-postgres: TLS options, or `false` for no encryption. */
export type Encryption = TlsOptions | false;

/** The encryption settings of a connection. */
export interface SslSettings {
  readonly mode: string;
  /** Certificates and other TLS options. */
  readonly tls: TlsOptions;
  /** `uselibpqcompat=true`: `require` checks the certificate only against a given root. */
  readonly libpqCompatible?: boolean;
  /** `sslrootcert=system`. */
  readonly systemRoots?: boolean;
}

/**
 * The encryptions to try, in order. As in node-postgres, `require` and stricter modes verify the certificate (`verify-ca`
 * without its host name), unless `uselibpqcompat` selects libpq's rules. `allow` and `prefer` verify nothing, because they
 * also accept an unencrypted connection.
 *
 * @throws Error when the mode is unknown, or too weak for `sslrootcert=system`
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
    throw new Error('sslmode=verify-ca needs sslrootcert: otherwise any public authority would be accepted');
  }
  return modes[mode as SslMode];
}

/** Whether a connection failed because the server requires encryption, or has none. */
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

/** The operating system's root certificates; `undefined` (Node's own) if neither Node nor a known file has them. */
function readSystemRoots(): string | string[] | undefined {
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    return (tls.getCACertificates as (type: string) => string[])('system');
  }
  const bundle = [process.env['SSL_CERT_FILE'], ...bundles].find((file) => file && existsSync(file));
  return bundle === undefined ? undefined : readFileSync(bundle, 'utf8');
}

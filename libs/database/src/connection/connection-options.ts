import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { parse } from 'pg-connection-string';
import type { PostgresqlSettings, SslMode } from './database-settings.js';

/** What node-postgres calls `ssl`: options of TLS, or none of it. */
export type Encryption = TlsOptions | false;

/** How to reach a server: the options of node-postgres, and the ways to encrypt in the order in which to try them. */
export interface ConnectionOptions {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly encryptions: readonly Encryption[];
}

/**
 * Reads the settings, with the URL's parameters, among them certificate files.
 *
 * `sslmode` is read here and not by node-postgres, which takes `prefer` for a demand and will change what `require`
 * means. As there, `require` and above check the certificate (`verify-ca` not for whom it was made); `allow` and
 * `prefer` do without, as they would do without encryption; without any mode there is none.
 *
 * @throws Error when the URL is none, has a mode that does not exist, or names a file that cannot be read
 */
export function connectionOptions(settings: PostgresqlSettings): ConnectionOptions {
  const { url, host, port, user, password, name } = settings;
  const members = given({ host, port, user, password, database: name });
  if (url === undefined) {
    return { parameters: members, encryptions: encryptions(settings.sslMode ?? 'disable', {}) };
  }
  const mode = new URL(url).searchParams.get('sslmode');
  const { ssl, ...parsed }: Readonly<Record<string, unknown>> = { ...parse(withoutMode(url)) };
  const parameters = { ...members, ...given(parsed) };
  const tls = typeof ssl === 'object' && ssl !== null ? (ssl as TlsOptions) : {};
  return { parameters, encryptions: encryptions(mode ?? settings.sslMode ?? (ssl ? 'verify-full' : 'disable'), tls) };
}

function encryptions(mode: string, tls: TlsOptions): readonly Encryption[] {
  const unchecked = { ...tls, rejectUnauthorized: false };
  const modes: Record<SslMode, readonly Encryption[]> = {
    disable: [false],
    allow: [false, unchecked],
    prefer: [unchecked, false],
    'no-verify': [unchecked],
    require: [tls],
    'verify-ca': [{ ...tls, checkServerIdentity: () => undefined }],
    'verify-full': [tls],
  };
  if (!Object.hasOwn(modes, mode)) {
    throw new Error(`sslmode=${mode} does not exist: it is one of ${Object.keys(modes).join(', ')}`);
  }
  return modes[mode as SslMode];
}

/** Whether this failure says no more than that the server wants the connection encrypted otherwise. */
export function wantsOtherEncryption(failure: unknown, tried: Encryption): boolean {
  if (!(failure instanceof Error)) {
    return false;
  }
  return tried === false
    ? 'code' in failure && failure.code === '28000' && failure.message.includes('no encryption')
    : failure.message === 'The server does not support SSL connections';
}

function withoutMode(url: string): string {
  return url.replace(/([?&])sslmode=[^&]*&?/g, '$1');
}

function given(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

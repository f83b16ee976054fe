import type { PostgresqlSettings } from './database-settings.js';
import { encryptionsOf, type Encryption } from './encryption.js';
import { readUrl } from './read-url.js';
import type { SessionAttributes } from './session-attributes.js';

/** One connection attempt: options of node-postgres for one host, and its encryption. */
export interface ConnectionAttempt {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly encryption: Encryption;
}

/** The connection attempts for a server or several. */
export interface ConnectionOptions {
  /** In order: for each host, each encryption. */
  readonly attempts: readonly ConnectionAttempt[];
  /** The attributes that a server must have (`target_session_attrs`); `any` by default. */
  readonly sessionAttributes: SessionAttributes;
}

/**
 * Reads the settings: a URL as libpq and pg-connection-string document it, or the members. With a URL, only the member
 * `password` is used, if the URL has none. Reads certificate files.
 *
 * @throws Error when the URL is malformed, has an unknown value, or names an unreadable file; the message contains neither
 *   user nor password
 */
export function connectionOptions(settings: PostgresqlSettings): ConnectionOptions {
  const { url, host, port, user, password, name, sslMode } = settings;
  if (url === undefined) {
    const parameters = given({ host, port, user, password, database: name });
    const attempts = attemptsOn(parameters, encryptionsOf({ mode: sslMode ?? 'prefer', tls: {} }));
    return { attempts, sessionAttributes: 'any' };
  }
  const { servers, parameters, ssl, sessionAttributes } = readUrl(url);
  const encryptions = encryptionsOf(ssl);
  const attempts = servers.flatMap((server) =>
    attemptsOn({ ...given({ password }), ...given({ ...parameters, ...server }) }, encryptions),
  );
  return { attempts, sessionAttributes };
}

/** As with libpq, the mode does not count for a unix socket: PostgreSQL has no encryption there. */
function attemptsOn(
  parameters: Readonly<Record<string, unknown>>,
  encryptions: readonly Encryption[],
): ConnectionAttempt[] {
  const isSocket = String(parameters['host']).startsWith('/');
  return (isSocket ? [false as const] : encryptions).map((encryption) => ({ parameters, encryption }));
}

function given(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

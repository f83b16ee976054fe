import type { PostgresqlSettings } from './database-settings.js';
import { encryptionsOf, type Encryption } from './encryption.js';
import { readUrl } from './read-url.js';
import type { SessionAttributes } from './session-attributes.js';

/** One way to reach a server: options of node-postgres with one host, and one way to encrypt. */
export interface ConnectionAttempt {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly encryption: Encryption;
}

/** How to reach a server. */
export interface ConnectionOptions {
  /** In the order in which to try them: for each host, each way to encrypt. */
  readonly attempts: readonly ConnectionAttempt[];
  /** Which of several servers is wanted; any that answers unless given. */
  readonly sessionAttributes: SessionAttributes;
}

/**
 * Reads the settings: a URL as libpq and pg-connection-string document it, or its members. A URL counts alone, but for a
 * password that it lacks. Certificate files are read.
 *
 * @throws Error when the URL is malformed, has a value that does not exist, or names a file that cannot be read; the
 *   message holds neither user nor password
 */
export function connectionOptions(settings: PostgresqlSettings): ConnectionOptions {
  const { url, host, port, user, password, name, sslMode } = settings;
  if (url === undefined) {
    const parameters = given({ host, port, user, password, database: name });
    const attempts = encryptionsOf({ mode: sslMode ?? 'prefer', tls: {} });
    return { attempts: attempts.map((encryption) => ({ parameters, encryption })), sessionAttributes: 'any' };
  }
  const { servers, parameters, ssl, sessionAttributes } = readUrl(url);
  const encryptions = encryptionsOf(ssl);
  const attempts = servers.flatMap((server) =>
    encryptions.map((encryption) => ({
      parameters: { ...given({ password }), ...given({ ...parameters, ...server }) },
      encryption,
    })),
  );
  return { attempts, sessionAttributes };
}

function given(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}

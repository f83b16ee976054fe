import { unescape } from 'node:querystring';
import { isSecret, SettingsError, type Environment, type Settings } from './settings.js';

/**
 * Why the server cannot start. Where that is for the operator to mend, it is one line that names the setting; anything
 * else is a fault of the program, and shown with its stack, without the secrets that it may have taken up.
 *
 * @param given the settings, or where it is they that cannot be read, the environment
 */
export function startFailure(failure: unknown, given: Environment | Settings): string {
  if (failure instanceof SettingsError) {
    return failure.message;
  }
  if (failure instanceof Error && 'directory' in failure) {
    return `FEDISTREAM_DATA_DIR="${given['FEDISTREAM_DATA_DIR'] ?? ''}": ${failure.message}`;
  }
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return `Cannot start: ${secretsOf(given).reduce((rest, secret) => rest.replaceAll(secret, '(not shown)'), text)}`;
}

/** The values of secret settings and the passwords of URLs among them, longest first: one may hold another. */
function secretsOf(given: Environment | Settings): string[] {
  return Object.entries(given)
    .filter(([name]) => isSecret(name))
    .flatMap(([, value]) => (typeof value === 'string' ? [value, ...passwordOf(value)] : []))
    .filter((secret) => secret !== '')
    .sort((one, other) => other.length - one.length);
}

/** The password as it stands in the URL, which need not be a valid one, and decoded. */
function passwordOf(url: string): string[] {
  const [, password] = /^\w+:\/\/[^:@]*:(.*)@/.exec(url) ?? [];
  return password === undefined ? [] : [password, unescape(password)];
}

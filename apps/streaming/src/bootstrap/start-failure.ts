import { unescape } from 'node:querystring';
import { SettingsError, type EnvironmentTexts } from './environment/environment.js';
import { isSecret } from './environment/variables.js';

/**
 * Why the server cannot start, for standard error. A wrong setting is one line that names it. Anything else is an error of
 * the program, shown with its stack and without the secrets of the environment.
 */
export function startFailure(failure: unknown, environment: EnvironmentTexts): string {
  // By name, because importing the class would load the application's modules before the settings are read.
  if (failure instanceof SettingsError || (failure instanceof Error && failure.name === 'StreamModulesError')) {
    return failure.message;
  }
  if (failure instanceof Error && 'directory' in failure) {
    return `FEDISTREAM_DATA_DIR="${environment['FEDISTREAM_DATA_DIR'] ?? ''}": ${failure.message}`;
  }
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return `Cannot start: ${secretsOf(environment).reduce((rest, secret) => rest.replaceAll(secret, '(not shown)'), text)}`;
}

/** The secret values, and the passwords of URLs among them, longest first: one may contain another. */
function secretsOf(environment: EnvironmentTexts): string[] {
  return Object.entries(environment)
    .filter(([name]) => isSecret(name))
    .flatMap(([, value]) => (value === undefined ? [] : [value, ...passwordOf(value)]))
    .filter((secret) => secret !== '')
    .sort((one, other) => other.length - one.length);
}

/** The password as it stands in a URL, which may be malformed, and decoded. */
function passwordOf(url: string): string[] {
  const [, password] = /^\w+:\/\/[^:@]*:(.*)@/.exec(url) ?? [];
  return password === undefined ? [] : [password, unescape(password)];
}

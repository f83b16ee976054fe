import type { StreamingError } from '@fedistream/domain';

/**
 * The value of `WWW-Authenticate` for a refusal; `undefined` unless it is a 401.
 *
 * RFC 6750, section 3 requires at least one parameter, hence the realm. The refusal of a request without a token has no
 * error code (section 3.1).
 */
export function wwwAuthenticate(error: StreamingError): string | undefined {
  if (error.status !== 401) {
    return undefined;
  }
  const challenge = 'Bearer realm="streaming"';
  return error.bearer === undefined ? challenge : `${challenge}, error="${error.bearer}"`;
}

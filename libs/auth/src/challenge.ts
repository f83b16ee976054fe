import type { StreamingError } from '@fedistream/domain';

/**
 * The value of `WWW-Authenticate` for a refusal; `undefined` when it is no 401.
 *
 * The realm is there because the scheme must be followed by a parameter (RFC 6750, 3), and a request without a token
 * gets no error code (3.1).
 */
export function wwwAuthenticate(error: StreamingError): string | undefined {
  if (error.status !== 401) {
    return undefined;
  }
  const challenge = 'Bearer realm="streaming"';
  return error.bearer === undefined ? challenge : `${challenge}, error="${error.bearer}"`;
}

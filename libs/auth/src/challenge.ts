import type { StreamingError } from '@fedistream/domain';

/**
 * The value of `WWW-Authenticate` for a refusal; `undefined` unless it is a 401.
 *
 * RFC 6750, section 3 wants at least one parameter, hence the realm. A request without a token gets no error code
 * (section 3.1).
 */
export function wwwAuthenticate(error: StreamingError): string | undefined {
  if (error.status !== 401) {
    return undefined;
  }
  const challenge = 'Bearer realm="streaming"';
  return error.bearer === undefined ? challenge : `${challenge}, error="${error.bearer}"`;
}

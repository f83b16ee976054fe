import { StreamingError } from '@fedistream/domain';
import { queryOf } from './query-of.js';

/** A request with a token: Node's request, or an HTTP framework's wrapper. Header names are in lower case. */
export interface TokenRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The request target: path and query. */
  readonly url?: string | undefined;
}

/**
 * The longest token that is looked up, in characters. Mastodon's have 43. A platform may issue longer ones, but the unique
 * index on `oauth_access_tokens.token` refuses values above 2,704 bytes.
 */
export const longestToken = 2_048;

const bearer = /^bearer +/i;

/**
 * The access token of a request, from the same places and in the same order as in Mastodon's server: the `Authorization`
 * header, the query parameter `access_token`, the whole value of `Sec-WebSocket-Protocol`. An empty one counts as absent.
 *
 * `Bearer` may be in any case (RFC 9110, 11.1); without it the whole header is the token, as clients rely on.
 * A repeated parameter counts once, the first. Malformed percent encoding decodes to U+FFFD and never throws.
 *
 * @throws {StreamingError} `missingToken`; `badRequest` for one that holds NUL (PostgreSQL refuses such a text) or is
 *   longer than {@link longestToken}
 */
export function readToken(request: TokenRequest): string {
  const { headers, url } = request;
  const token =
    first(headers['authorization'])?.replace(bearer, '') ||
    queryOf(url ?? '').get('access_token') ||
    first(headers['sec-websocket-protocol']);
  if (!token) {
    throw new StreamingError('missingToken');
  }
  if (token.length > longestToken || token.includes('\0')) {
    throw new StreamingError('badRequest');
  }
  return token;
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value;
}

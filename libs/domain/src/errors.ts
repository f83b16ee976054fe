/** What RFC 6750 calls the reason of a refusal; it stands in `WWW-Authenticate`. */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

interface ErrorEntry {
  readonly status: number;
  readonly message: string;
  readonly bearer?: BearerError;
  readonly retryAfterSeconds?: number;
}

/**
 * Every answer that is not a stream: one table, the words of Mastodon's server. Clients match on the texts.
 * `bearer: undefined` on a 401 means that no token was given, for which RFC 6750 names no reason.
 */
export const errorTable = {
  missingToken: { status: 401, message: 'Missing access token' },
  invalidToken: { status: 401, message: 'Invalid access token', bearer: 'invalid_token' },
  missingScope: {
    status: 401,
    message: 'Access token does not have the required scopes',
    bearer: 'insufficient_scope',
  },
  notAuthorized: { status: 401, message: 'Not authorized to stream this', bearer: 'insufficient_scope' },
  missingParameter: { status: 400, message: 'Missing parameter' },
  invalidParameter: { status: 400, message: 'Invalid parameter' },
  unknownStream: { status: 400, message: 'Unknown stream type' },
  unknownPath: { status: 400, message: 'Unknown channel requested' },
  badRequest: { status: 400, message: 'Bad request' },
  notFound: { status: 404, message: 'Not found' },
  methodNotAllowed: { status: 405, message: 'Method not allowed' },
  requestTimeout: { status: 408, message: 'Request timeout' },
  tooManySubscriptions: { status: 429, message: 'Too many subscriptions', retryAfterSeconds: 60 },
  headersTooLarge: { status: 431, message: 'Request headers too large' },
  unavailable: { status: 503, message: 'Service temporarily unavailable', retryAfterSeconds: 5 },
  unexpected: { status: 500, message: 'An unexpected error occurred' },
} as const satisfies Record<string, ErrorEntry>;

/** The name of an entry of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable;

/** A refusal that a client may see: its message never holds anything internal. */
export class StreamingError extends Error {
  readonly code: ErrorCode;

  /**
   * @param message replaces the table's text where that names what is concerned, as in
   *   `Not authorized to stream this list`; written for clients
   */
  constructor(code: ErrorCode, message: string = errorTable[code].message, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamingError';
    this.code = code;
  }

  /** The HTTP status, also used in WebSocket error frames. */
  get status(): number {
    return errorTable[this.code].status;
  }

  /** The reason for `WWW-Authenticate`, if the table has one. */
  get bearer(): BearerError | undefined {
    return (errorTable[this.code] as ErrorEntry).bearer;
  }

  /** The value of `Retry-After` in seconds, for refusals that pass by themselves. */
  get retryAfterSeconds(): number | undefined {
    return (errorTable[this.code] as ErrorEntry).retryAfterSeconds;
  }
}

/** What a client may know about any failure: a {@link StreamingError} as it is, all else as `unexpected`. */
export function toStreamingError(failure: unknown): StreamingError {
  return failure instanceof StreamingError ? failure : new StreamingError('unexpected', undefined, { cause: failure });
}

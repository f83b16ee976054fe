/** The error code of RFC 6750, section 3.1, for `WWW-Authenticate`. */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

interface ErrorEntry {
  readonly status: number;
  readonly message: string;
  readonly bearer?: BearerError;
  readonly retryAfterSeconds?: number;
}

/**
 * Every error response of the server. The messages are those of Mastodon's server: clients compare them. A 401 without
 * `bearer` means that the client sent no token: RFC 6750 has no error code for that.
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
  tooManyConnections: { status: 429, message: 'Too many connections', retryAfterSeconds: 60 },
  tooManyRequests: { status: 429, message: 'Too many requests', retryAfterSeconds: 60 },
  headersTooLarge: { status: 431, message: 'Request headers too large' },
  unavailable: { status: 503, message: 'Service temporarily unavailable', retryAfterSeconds: 5 },
  unexpected: { status: 500, message: 'An unexpected error occurred' },
} as const satisfies Record<string, ErrorEntry>;

/** The name of an entry of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable;

/** A global symbol, by which also a refusal of another copy of this package is recognised. */
const refusalBrand: unique symbol = Symbol.for('@fedistream/domain/StreamingError') as never;

/** A refusal for clients: its message MUST NOT contain anything internal. */
export class StreamingError extends Error {
  readonly code: ErrorCode;

  /**
   * @param message replaces the table's message where it names the subject, as in `Not authorized to stream this list`;
   *   written for clients
   */
  constructor(code: ErrorCode, message: string = errorTable[code].message, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamingError';
    this.code = code;
  }

  /** See {@link isStreamingError}. */
  get [refusalBrand](): true {
    return true;
  }

  /** The HTTP status, also used in WebSocket error frames. */
  get status(): number {
    return errorTable[this.code].status;
  }

  /** The error code for `WWW-Authenticate`, if the table has one. */
  get bearer(): BearerError | undefined {
    return (errorTable[this.code] as ErrorEntry).bearer;
  }

  /** The value of `Retry-After` in seconds, for temporary refusals. */
  get retryAfterSeconds(): number | undefined {
    return (errorTable[this.code] as ErrorEntry).retryAfterSeconds;
  }
}

/**
 * Whether a failure is a {@link StreamingError} with a code that this copy of the package knows; the error may come from
 * another copy. Callers MUST use it instead of `instanceof`: a stream module may have its own copy of the kit.
 */
export function isStreamingError(failure: unknown): failure is StreamingError {
  return (
    failure instanceof Error &&
    refusalBrand in failure &&
    'code' in failure &&
    Object.hasOwn(errorTable, failure.code as PropertyKey)
  );
}

/** The error that a client receives: a {@link StreamingError} unchanged, `unexpected` for any other failure. */
export function toStreamingError(failure: unknown): StreamingError {
  return isStreamingError(failure) ? failure : new StreamingError('unexpected', undefined, { cause: failure });
}

import { isStreamingError, StreamingError } from '@fedistream/domain';

/**
 * What went wrong inside a stream, for the log: its message names the stream and the function, its stack is the one that
 * leads to the place.
 *
 * @param failure whatever was thrown there
 */
export function streamFailure(stream: string, method: string, failure: unknown): Error {
  const error = new Error(`Stream "${stream}" failed in ${method}(): ${String(failure)}`, { cause: failure });
  if (failure instanceof Error && failure.stack !== undefined) {
    error.stack = failure.stack;
  }
  return error;
}

/**
 * The error that the client receives for it. A refusal that the stream has thrown, or a port that it asked, stays as it is; anything
 * else is a mistake in the stream that does not pass by itself: `unexpected`.
 */
export function refusalFor(stream: string, method: string, failure: unknown): StreamingError {
  return isStreamingError(failure)
    ? failure
    : new StreamingError('unexpected', undefined, { cause: streamFailure(stream, method, failure) });
}

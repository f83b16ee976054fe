/**
 * What went wrong inside a stream, for the log: its message names the stream and the method, its stack is the one that
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

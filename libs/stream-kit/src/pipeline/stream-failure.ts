import { isStreamingError, StreamingError } from '@fedistream/domain';
import type { StreamRequest } from '../modules/stream-definition.js';
import type { StreamFunction } from '../modules/stream-statistics.js';

/** The stream that failed, and the name under which it was asked for. */
export type FailedRequest = Pick<StreamRequest, 'definition' | 'name'>;

/**
 * What went wrong inside a stream, for the log: its message names the stream and the function, its stack is the one that
 * leads to the place.
 */
export class StreamFailure extends Error {
  /** Fields of the log line. */
  readonly fields: { readonly stream: string; readonly owner: string; readonly module: string };

  /** @param failure whatever was thrown there */
  constructor({ definition, name }: FailedRequest, method: StreamFunction, failure: unknown) {
    super(`Stream "${name}" failed in ${method}(): ${String(failure)}`, { cause: failure });
    const { owner, name: module } = definition.module;
    this.fields = { stream: name, owner, module };
    if (failure instanceof Error && failure.stack !== undefined) {
      this.stack = failure.stack;
    }
  }
}

/**
 * The error that the client receives for it. A refusal that the stream has thrown, or a port that it asked, stays as it is; anything
 * else is a mistake in the stream that does not pass by itself: `unexpected`.
 */
export function refusalFor(request: FailedRequest, method: StreamFunction, failure: unknown): StreamingError {
  return isStreamingError(failure)
    ? failure
    : new StreamingError('unexpected', undefined, { cause: new StreamFailure(request, method, failure) });
}

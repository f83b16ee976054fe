import { StreamingError, type Viewer } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import { refusalFor, StreamFailure, type FailedRequest } from '../pipeline/stream-failure.js';
import type { StreamRequest } from '../modules/stream-definition.js';

/** How long a stream may take to say whether a viewer may: longer than a statement may take that it waits for. */
const answeredWithinMs = 10_000;

/**
 * Asks the stream itself whether this viewer may. Nothing but `true` opens it.
 *
 * @throws StreamingError 401 when it says no, 503 when it does not answer; what it throws itself; `unexpected`, with a
 *   cause that names the stream, for anything else
 */
export async function authorize(viewer: Viewer, request: StreamRequest): Promise<void> {
  const { definition } = request;
  const { authorize: ask } = definition.declaration;
  if (ask === undefined) {
    return;
  }
  let allowed: unknown;
  try {
    allowed = ask(definition.context(request, viewer));
    if (typeof allowed !== 'boolean') {
      allowed = await withTimeout(answeredWithinMs, Promise.resolve(allowed), () => unanswered(request));
    }
    if (typeof allowed !== 'boolean') {
      throw new TypeError(`it must answer true or false, not ${String(allowed)}`);
    }
  } catch (failure) {
    throw refusalFor(request, 'authorize', failure);
  }
  if (!allowed) {
    throw notAuthorized(request);
  }
}

/**
 * Asks about many open subscriptions to one stream at once.
 *
 * @returns the answers, in the order of the requests; rejects when they are not as many, or do not come in time
 */
export async function authorizeMany(
  asked: readonly { readonly viewer: Viewer; readonly request: StreamRequest }[],
): Promise<readonly boolean[]> {
  const [first] = asked;
  if (first === undefined) {
    return [];
  }
  const { definition } = first.request;
  const contexts = asked.map(({ viewer, request }) => request.definition.context(request, viewer));
  const answer = Promise.resolve(definition.declaration.authorizeMany?.(contexts, { deps: definition.deps }));
  const answers: unknown = await withTimeout(answeredWithinMs, answer, () => unanswered(first.request));
  if (!Array.isArray(answers) || answers.length !== asked.length) {
    throw new TypeError(`it must answer with a list of ${asked.length} booleans`);
  }
  return answers.map((allowed) => allowed === true);
}

/** What a client is told when the stream says no. */
export function notAuthorized({ label }: StreamRequest): StreamingError {
  return new StreamingError('notAuthorized', `Not authorized to stream this ${label[0]}`);
}

function unanswered(request: FailedRequest): StreamingError {
  const late = new Error(`no answer within ${answeredWithinMs} ms`);
  return new StreamingError('unavailable', undefined, { cause: new StreamFailure(request, 'authorize', late) });
}

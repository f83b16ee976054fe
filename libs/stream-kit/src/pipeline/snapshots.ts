import { Injectable } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { StreamEvent, StreamingError, type Viewer } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import type { AnyDeclaration } from '../declaration/any-declaration.js';
import type { StreamDefinition, StreamRequest } from '../modules/stream-definition.js';
import { FailureLog } from './failure-log.js';
import { mustBeDeclared } from './must-be-declared.js';
import { refusalFor, StreamFailure } from './stream-failure.js';

/** How long a stream may take to say what a subscription receives first. */
const answeredWithinMs = 10_000;
/** What a subscription may receive first: half of what a client may leave unread, so that none is closed for it. */
const maxEvents = 1_000;
const maxCharacters = 2 * 1024 * 1024;

type Snapshot = NonNullable<AnyDeclaration['snapshot']>;

/** What subscriptions receive first. */
@Injectable()
export class Snapshots {
  constructor(
    private readonly audience: Audience,
    private readonly failures: FailureLog,
  ) {}

  /**
   * The events that this viewer receives first; none when the stream has no `snapshot`. On a `per-viewer` stream the
   * audience has decided about each of them.
   *
   * @throws StreamingError what the stream throws; 503 when it does not answer in time, or nothing can be decided;
   *   `unexpected` for a mistake
   */
  async take(viewer: Viewer, request: StreamRequest): Promise<readonly StreamEvent[]> {
    const { definition } = request;
    const { snapshot } = definition.declaration;
    if (snapshot === undefined) {
      return [];
    }
    const events = await this.#asked(snapshot, viewer, request);
    return definition.declaration.audience === 'per-viewer' ? this.#decided(events, viewer, request) : events;
  }

  async #asked(snapshot: Snapshot, viewer: Viewer, request: StreamRequest): Promise<readonly StreamEvent[]> {
    const { definition } = request;
    try {
      const context = definition.context(request, viewer);
      const answer = Promise.resolve(snapshot(context));
      return asEvents(await withTimeout(answeredWithinMs, answer, () => unanswered(request)), definition);
    } catch (failure) {
      this.failures.add(definition, 'snapshot', failure, 'the subscription was refused');
      throw refusalFor(request, 'snapshot', failure);
    }
  }

  /** All of them are decided about, or the subscription is refused: a client takes a snapshot for complete. */
  async #decided(
    events: readonly StreamEvent[],
    { accountId }: Viewer,
    { definition }: StreamRequest,
  ): Promise<readonly StreamEvent[]> {
    const { eventsWithoutStatus, declaration } = definition;
    const { closedBy } = declaration;
    try {
      return await this.audience.decidePast(events, accountId, { closedBy, eventsWithoutStatus });
    } catch (cause) {
      throw new StreamingError('unavailable', undefined, { cause });
    }
  }
}

function asEvents(answer: unknown, definition: StreamDefinition): readonly StreamEvent[] {
  // A copy has no holes, over which `every` would pass.
  const events: readonly unknown[] | undefined = Array.isArray(answer) ? Array.from(answer) : undefined;
  if (events?.every((event) => event instanceof StreamEvent) !== true) {
    throw new TypeError('it must return a list of events made by event()');
  }
  events.forEach((event) => {
    mustBeDeclared(definition, event);
  });
  const characters = events.reduce((sum, { text = '' }) => sum + text.length, 0);
  if (events.length > maxEvents || characters > maxCharacters) {
    throw new RangeError(
      `it may return ${maxEvents} events of ${maxCharacters} characters together, not ${events.length} of ${characters}`,
    );
  }
  return events;
}

function unanswered(request: StreamRequest): StreamingError {
  const late = new Error(`no answer within ${answeredWithinMs} ms`);
  return new StreamingError('unavailable', undefined, { cause: new StreamFailure(request, 'snapshot', late) });
}

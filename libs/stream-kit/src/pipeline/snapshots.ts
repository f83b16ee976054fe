import { Injectable } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import { StreamEvent, StreamingError, type Viewer, type ViewerSet } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import { from, lastValueFrom, toArray } from 'rxjs';
import type { StreamRequest } from '../modules/stream-definition.js';
import { FailureLog } from './failure-log.js';
import { refusalFor, streamFailure } from './stream-failure.js';

/** How long a stream may take to say what a subscription receives first. */
const answeredWithinMs = 10_000;

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
   * @throws StreamingError what the stream throws; 503 when it does not answer in time; `unexpected` for a mistake
   */
  async take(viewer: Viewer, request: StreamRequest): Promise<readonly StreamEvent[]> {
    const { definition, name } = request;
    const { snapshot } = definition.declaration;
    if (snapshot === undefined) {
      return [];
    }
    try {
      const answer = Promise.resolve(snapshot(definition.context(request, viewer)));
      const events = asEvents(await withTimeout(answeredWithinMs, answer, () => unanswered(name)));
      return definition.declaration.audience === 'per-viewer' ? await this.#decided(events, viewer, request) : events;
    } catch (failure) {
      this.failures.add(definition, 'snapshot', failure, 'the subscription was refused');
      throw refusalFor(name, 'snapshot', failure);
    }
  }

  async #decided(events: readonly StreamEvent[], viewer: Viewer, request: StreamRequest): Promise<StreamEvent[]> {
    const { accountId } = viewer;
    const alone: ViewerSet = { accountIds: [accountId], has: (other) => other === accountId };
    const { eventsWithoutStatus, declaration } = request.definition;
    const { closedBy } = declaration;
    const decided = this.audience.select(from(events), () => alone, { closedBy, eventsWithoutStatus });
    const selections = await lastValueFrom(decided.pipe(toArray()));
    return selections.flatMap((selection) => selection.for(accountId) ?? []);
  }
}

function asEvents(events: unknown): readonly StreamEvent[] {
  if (!Array.isArray(events) || !events.every((event) => event instanceof StreamEvent)) {
    throw new TypeError('it must return a list of events made by event()');
  }
  return events;
}

function unanswered(stream: string): StreamingError {
  const late = new Error(`no answer within ${answeredWithinMs} ms`);
  return new StreamingError('unavailable', undefined, { cause: streamFailure(stream, 'snapshot', late) });
}

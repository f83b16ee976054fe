import { Injectable, Logger, Optional } from '@nestjs/common';
import { Audience } from '@fedistream/audience';
import type { FanoutPlaces } from '@fedistream/delivery';
import type { Channel, StreamEvent, Viewer } from '@fedistream/domain';
import {
  HistorySettings,
  HistoryStatistics,
  HistoryStore,
  isRecorded,
  parsePosition,
  scopedPosition,
  scopeOf,
  PositionTracker,
  TicketStore,
  GapFiller,
  type Fence,
  type FenceArrival,
  type GapReason,
  type HistoryQuery,
  type Position,
} from '@fedistream/history';
import { errorReason, LogThrottle, withTimeout } from '@fedistream/util';
import type { StreamRequest } from '../modules/stream-definition.js';
import { StreamRegistry } from '../modules/stream-registry.js';
import { FailureLog } from './failure-log.js';
import { deliverySteps, eventFilter } from './own-code.js';
import { PastMessages } from './past-messages.js';
import { ResumeQueue } from './resume-queue.js';
import { TicketTaker, type TicketRequest } from './ticket-taker.js';
import { withoutDeleted } from './without-deleted.js';

/** How long PostgreSQL may take to decide about everything that a client missed. */
const decidedWithinMs = 10_000;
/** Events that are decided about in one turn of the event loop. */
const decidedPerTurn = 100;

/** What a client asks for that wants to know its position. */
export interface ResumeRequest {
  /** Its last position, as it was sent; `undefined` when it begins again. */
  readonly since: string | undefined;
  /** Whether the client has left meanwhile: nothing more is done for it then. Left out: not known. */
  readonly hasLeft?: () => boolean;
}

/** With what a subscription begins whose client knows its position. */
export interface Resumed {
  /** Whether everything since the client's position is in {@link events}; `undefined` when it sent none. */
  readonly recovered: boolean | undefined;
  readonly events: readonly StreamEvent[];
  /** Live events after this place come next. */
  readonly behind: number;
  /** Behind {@link events} the client has this position; `undefined` when none is known. */
  readonly position: Position | undefined;
}

/** A client that resumes. */
interface Missed {
  readonly viewer: Viewer;
  readonly request: StreamRequest;
  readonly channels: readonly Channel[];
  readonly since: readonly string[];
  readonly arrival: FenceArrival | undefined;
  readonly acknowledged: Fence['acknowledged'] | undefined;
  readonly hasLeft: () => boolean;
}

/** Gives clients what they missed, decided as of now: everything, or nothing. */
@Injectable()
export class Resumption {
  readonly #logger = new Logger('History');
  readonly #errorLog = new LogThrottle();
  readonly #settings: HistorySettings;
  readonly #statistics: HistoryStatistics;
  readonly #queue: ResumeQueue;
  readonly #tickets: TicketTaker | undefined;
  readonly #past: PastMessages | undefined;

  constructor(
    private readonly audience: Audience,
    private readonly failures: FailureLog,
    private readonly registry: StreamRegistry,
    @Optional() private readonly tracker?: PositionTracker,
    @Optional() store?: HistoryStore,
    @Optional() settings?: HistorySettings,
    @Optional() statistics?: HistoryStatistics,
    @Optional() tickets?: TicketStore,
    @Optional() private readonly gaps?: GapFiller,
  ) {
    this.#settings = settings ?? new HistorySettings();
    this.#statistics = statistics ?? new HistoryStatistics();
    this.#queue = new ResumeQueue(this.#settings, this.#statistics);
    this.#past = store && new PastMessages(store);
    this.#tickets = tickets && new TicketTaker(tickets, this.#statistics);
  }

  /** Whether this server keeps a history at all. */
  get available(): boolean {
    return this.tracker !== undefined;
  }

  /** Bytes of messages in a replay at most. */
  get maxReplayBytes(): number {
    return this.#settings.maxReplayBytes;
  }

  /** How often this server has missed messages for good: what was begun before the last time has a gap. */
  get timesMissed(): number {
    return this.tracker?.timesMissed ?? 0;
  }

  /** Settles when this server has received what it had missed; `undefined` when it has missed nothing. Never rejects. */
  get complete(): Promise<void> | undefined {
    return this.gaps?.filling;
  }

  /** The places of messages, for a pipeline in which decisions take time, or one that delivers an event when it arrives. */
  placesFor(decides: boolean, channels: readonly Channel[]): FanoutPlaces | undefined {
    const { tracker } = this;
    if (tracker === undefined) {
      return undefined;
    }
    const scope = scopeOf(channels);
    const lastMarker = () => scoped(tracker.marker, scope);
    return decides
      ? { lastMarker, marker: () => scoped(tracker.settledMarker, scope) }
      : { lastMarker, marker: lastMarker, positionAt: (order) => tracker.positionAt(order) };
  }

  /** Takes the ticket that an equal subscription has left: see {@link TicketTaker.take}. */
  takeTicket(viewer: Viewer, request: StreamRequest, connection?: object): Promise<TicketRequest | undefined> {
    return this.#tickets?.take(viewer, request, connection) ?? Promise.resolve(undefined);
  }

  /**
   * What a client missed, and from where live events follow. Events of these channels have to be kept since before the
   * call, and the channels be subscribed. Settles in bounded time; never rejects.
   *
   * @param hasLeft whether the client has left meanwhile: then the answer does not count
   */
  async begin(
    viewer: Viewer,
    request: StreamRequest,
    channels: readonly Channel[],
    wanted: ResumeRequest | TicketRequest,
    hasLeft: () => boolean = () => false,
  ): Promise<Resumed> {
    const fence = this.tracker?.fence();
    const arrival = await fence?.arrived;
    const place = scoped(arrival, scopeOf(channels));
    const since = 'positions' in wanted ? wanted.positions : wanted.since === undefined ? [] : [wanted.since];
    if (since.length === 0) {
      return beginning(undefined, place);
    }
    const { timesMissed } = this;
    const missed: Missed = { viewer, request, channels, since, arrival, acknowledged: fence?.acknowledged, hasLeft };
    const found = await this.#missed(missed);
    // What this server has missed meanwhile comes as live events, or is missing between them.
    await this.complete;
    if (hasLeft()) {
      return beginning(false, place);
    }
    const answer = timesMissed === this.timesMissed ? found : 'interrupted';
    this.#statistics.resumes[typeof answer === 'string' ? answer : 'recovered'] += 1;
    if (typeof answer === 'string') {
      return beginning(false, place);
    }
    this.#statistics.replayed += answer.length;
    return { ...beginning(true, place), events: answer };
  }

  async #missed(missed: Missed): Promise<readonly StreamEvent[] | GapReason> {
    const { request, channels, since, arrival, acknowledged } = missed;
    const [first, ...others] = since.flatMap((text) => parsePosition(text) ?? []);
    if (first === undefined || others.length + 1 < since.length) {
      return 'invalid';
    }
    const after = [first, ...others] as const;
    const scope = scopeOf(channels);
    if (after.some((position) => position.scope !== undefined && position.scope !== scope)) {
      return 'unknown';
    }
    const { select, replayable } = request.definition.declaration;
    if (select !== undefined || replayable === false) {
      return 'notReplayable';
    }
    if (!channels.every(isRecorded)) {
      return 'notRecorded';
    }
    if (this.#past === undefined || this.tracker?.recorderAlive !== true) {
      return 'noFence';
    }
    const upTo = await acknowledged;
    if (arrival === undefined || upTo === undefined) {
      return 'noFence';
    }
    if (after.some(({ epoch }) => epoch !== upTo.epoch)) {
      return 'epoch';
    }
    this.#past.acknowledged(upTo);
    return this.#inTurn(missed, this.#past, { channels, after, upTo });
  }

  async #inTurn(
    { viewer, request, hasLeft }: Missed,
    past: PastMessages,
    query: Pick<HistoryQuery, 'channels' | 'after' | 'upTo'>,
  ): Promise<readonly StreamEvent[] | GapReason> {
    const { maxReplay: limit, maxReplayBytes: limitBytes } = this.#settings;
    const isWanted = () => !hasLeft();
    try {
      const answer = await this.#queue.run(viewer.tokenId, isWanted, async () => {
        const published = await past.read({ ...query, limit, limitBytes });
        return typeof published === 'string' ? published : this.#decided(viewer, request, published, isWanted);
      });
      return answer ?? 'unavailable';
    } catch (error) {
      this.#errorLog.run((suffix) => {
        this.#logger.warn(`Cannot replay what a client missed on ${request.name}: ${errorReason(error)}${suffix}`);
      });
      return 'unavailable';
    }
  }

  /**
   * The way of a live event: what the stream accepts, the audience, what the stream does per viewer.
   *
   * @returns `undefined` when they are not wanted any more
   */
  async #decided(
    viewer: Viewer,
    request: StreamRequest,
    published: readonly StreamEvent[],
    isWanted: () => boolean,
  ): Promise<readonly StreamEvent[] | undefined> {
    const passes = eventFilter(request, this.failures, this.registry.statistics);
    const accepted = withoutDeleted(passes === undefined ? published : published.filter(passes));
    const { eventsWithoutStatus, declaration } = request.definition;
    const { audience, closedBy } = declaration;
    const options = audience === 'per-viewer' ? { closedBy, eventsWithoutStatus } : undefined;
    const steps = deliverySteps(request, this.failures);
    const received: StreamEvent[] = [];
    const endMs = performance.now() + decidedWithinMs;
    for (let start = 0; start < accepted.length; start += decidedPerTurn) {
      // Other clients have their turn in between.
      await new Promise(setImmediate);
      if (!isWanted()) {
        return undefined;
      }
      const some = accepted.slice(start, start + decidedPerTurn);
      const decided = this.audience.decidePast(some, viewer.accountId, options);
      for (const event of await withTimeout(Math.max(1, endMs - performance.now()), decided)) {
        const outgoing =
          steps?.acceptsFor?.(event, viewer) === false ? undefined : steps?.map ? steps.map(event) : event;
        if (outgoing !== undefined) {
          received.push(outgoing);
        }
      }
    }
    return received;
  }
}

function beginning(recovered: boolean | undefined, place: FenceArrival | undefined): Resumed {
  return { recovered, events: [], behind: place?.order ?? -1, position: place?.position };
}

/** The place of a marker for clients of a stream. */
function scoped(marker: FenceArrival | undefined, scope: string): FenceArrival | undefined {
  return marker?.position === undefined
    ? marker
    : { order: marker.order, position: scopedPosition(marker.position, scope) };
}

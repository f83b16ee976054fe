import { Injectable } from '@nestjs/common';
import type { Connection, Framing, Subscription } from '@fedistream/delivery';
import { StreamingError, type StreamEvent, type Viewer } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import type { StreamRequest } from '../modules/stream-definition.js';
import { FailureLog } from '../pipeline/failure-log.js';
import { Resumption, type Resumed, type ResumeRequest } from '../pipeline/resumption.js';
import type { TicketRequest } from '../pipeline/ticket-taker.js';
import { Snapshots } from '../pipeline/snapshots.js';
import { StreamFanouts, type Pipeline } from '../pipeline/stream-fanouts.js';
import { Admission, begin, type Beginning } from './admission.js';
import { authorize } from './authorization.js';
import { ReplayRoom } from './replay-room.js';
import { Reauthorization, type AuthorizationMoment } from './reauthorization.js';

/** How long a new client waits for its channels before it is told to come back later. */
const liveWithinMs = 5_000;
/** How often a beginning is tried while this server misses messages again and again. */
const maxAttempts = 3;

/** A subscription on an open connection whose client wants to know its position. */
export interface ResumeSubscription extends ResumeRequest {
  readonly framing: Framing;
  /** Makes the event that says how a resume has ended; sent before what was missed. */
  readonly answer: (resumed: Resumed) => readonly StreamEvent[];
}

interface BeginningOptions {
  /** If it is open already: it may have received other replays. */
  readonly connection?: Connection | undefined;
  readonly resume: ResumeRequest | undefined;
  readonly hasLeft: (() => boolean) | undefined;
  readonly takeTicket: () => Promise<TicketRequest | undefined> | undefined;
}

interface AttemptOptions {
  readonly connection: Connection | undefined;
  readonly wanted: ResumeRequest | TicketRequest | undefined;
  readonly hasLeft: (() => boolean) | undefined;
}

/** The way in: from a request whose scopes have been checked (by a guard) to a subscription that receives events. */
@Injectable()
export class StreamGate {
  readonly #room = new ReplayRoom();

  constructor(
    private readonly fanouts: StreamFanouts,
    private readonly snapshots: Snapshots,
    private readonly reauthorization: Reauthorization,
    private readonly resumption: Resumption,
    private readonly failures: FailureLog,
  ) {}

  /** Asks the stream itself whether this viewer may. @throws StreamingError as {@link authorize} */
  async authorize(viewer: Viewer, request: StreamRequest): Promise<void> {
    try {
      await authorize(viewer, request);
    } catch (refusal) {
      this.failures.countRefusal(request.definition, 'authorize', refusal);
      throw refusal;
    }
  }

  /**
   * For a connection that opens with its subscription: when this settles, the viewer may, and nothing published from now
   * on is missed.
   *
   * @param resume for a client that knows its position, or wants to
   * @param takesTicket whether an equal subscription of such a client may have left a ticket: see {@link TicketStore}
   * @throws StreamingError as {@link authorize}, {@link StreamFanouts.open} and {@link Snapshots.take}; 503 when the
   *   channels cannot be followed now
   */
  async admit(viewer: Viewer, request: StreamRequest, resume?: ResumeRequest, takesTicket = false): Promise<Admission> {
    const moment = this.reauthorization.now();
    await this.authorize(viewer, request);
    const pipeline = this.fanouts.open(viewer, request);
    const { fanout } = pipeline;
    fanout.hold();
    try {
      const beginning = await this.#beginning(viewer, request, pipeline, {
        resume,
        hasLeft: resume?.hasLeft,
        takeTicket: () => (takesTicket ? this.resumption.takeTicket(viewer, request) : undefined),
      });
      if (beginning === undefined) {
        await this.#live(pipeline);
      }
      return new Admission(request, fanout, beginning, (subscription) => {
        this.#watch(subscription, request, moment);
      });
    } catch (failure) {
      fanout.release();
      throw failure;
    }
  }

  /**
   * For an open connection. The label is taken before anything is awaited; whatever ends the subscription meanwhile wins,
   * silently. A label that is subscribed already is left as it is; a client that sends a position for it is told that
   * nothing is replayed.
   *
   * @throws StreamingError as {@link admit}; 429 when the connection has too many subscriptions
   */
  async subscribe(connection: Connection, request: StreamRequest, resume?: ResumeSubscription): Promise<void> {
    const resuming = this.resumption.available ? resume : undefined;
    const subscription = connection.reserve(request.label, resuming?.framing);
    if (subscription === undefined) {
      if (resuming?.since !== undefined) {
        answerNotResumed(connection, request, resuming);
      }
      return;
    }
    const moment = this.reauthorization.now();
    try {
      await connection.limitPending(() => this.#open(connection, subscription, request, resuming));
      this.#watch(subscription, request, moment);
    } catch (failure) {
      if (!subscription.ended) {
        connection.end(subscription);
        throw failure;
      }
    }
  }

  async #open(
    connection: Connection,
    subscription: Subscription,
    request: StreamRequest,
    resume: ResumeSubscription | undefined,
  ): Promise<void> {
    const { viewer } = subscription.connection;
    await this.authorize(viewer, request);
    if (subscription.ended) {
      return;
    }
    const pipeline = this.fanouts.open(viewer, request);
    const { fanout } = pipeline;
    fanout.hold();
    try {
      // Refused before anything is kept, read or decided for it.
      subscription.claim(fanout);
      const beginning = await this.#beginning(viewer, request, pipeline, {
        connection,
        resume,
        hasLeft: () => subscription.ended,
        takeTicket: () => this.resumption.takeTicket(viewer, request, subscription.connection),
      });
      const { resumed } = beginning ?? {};
      begin(subscription, fanout, beginning, { first: resumed && resume ? resume.answer(resumed) : [] });
    } finally {
      fanout.release();
    }
  }

  /**
   * From the moment when nothing is missed any more, events are kept; then it is found out what comes first: what the
   * client missed, or the snapshot if that cannot be told.
   */
  async #beginning(
    viewer: Viewer,
    request: StreamRequest,
    pipeline: Pipeline,
    { connection, resume, hasLeft, takeTicket }: BeginningOptions,
  ): Promise<Beginning | undefined> {
    // A new client does not receive events from before it came.
    await this.resumption.complete;
    const resuming = this.resumption.available ? resume : undefined;
    const ticket = resuming === undefined ? await takeTicket() : undefined;
    const wanted = resuming ?? ticket;
    if (wanted === undefined && request.definition.declaration.snapshot === undefined) {
      return undefined;
    }
    try {
      for (let attempt = 1; attempt <= maxAttempts; attempt++) {
        const begun = await this.#beginOnce(viewer, request, pipeline, { connection, wanted, hasLeft });
        if (begun !== undefined) {
          return { ...begun, resumed: resuming && begun.place, ticket };
        }
      }
      throw new StreamingError('unavailable');
    } catch (failure) {
      ticket?.giveBack();
      throw failure;
    }
  }

  /** @returns `undefined` when this server may have missed messages meanwhile: what it has kept may have a gap */
  async #beginOnce(
    viewer: Viewer,
    request: StreamRequest,
    pipeline: Pipeline,
    { connection, wanted, hasLeft }: AttemptOptions,
  ): Promise<Omit<Beginning, 'resumed' | 'ticket'> | undefined> {
    const { timesMissed } = this.resumption;
    const { gaps } = pipeline.fanout;
    const backlog = pipeline.fanout.keepFor(viewer);
    try {
      await this.#live(pipeline);
      const place = wanted && (await this.resumption.begin(viewer, request, pipeline.channels, wanted, hasLeft));
      const hasEvents = place?.recovered === true || hasLeft?.() === true;
      const events = hasEvents ? (place?.events ?? []) : await this.snapshots.take(viewer, request);
      if (connection !== undefined && place !== undefined && events.length > 0) {
        await this.#room.wait(connection, this.resumption.maxReplayBytes / 8);
      }
      if (backlog.overflowed) {
        throw new StreamingError('unavailable');
      }
      if (timesMissed !== this.resumption.timesMissed || gaps !== pipeline.fanout.gaps) {
        backlog.discard();
        return undefined;
      }
      return { backlog, events, place };
    } catch (failure) {
      backlog.discard();
      throw failure;
    }
  }

  async #live(pipeline: Pipeline): Promise<void> {
    await withTimeout(liveWithinMs, this.fanouts.live(pipeline), () => new StreamingError('unavailable'));
  }

  #watch(subscription: Subscription, request: StreamRequest, moment: AuthorizationMoment): void {
    if (request.definition.declaration.authorize !== undefined) {
      this.reauthorization.watch(subscription, request, moment);
    }
  }
}

/** A client waits for the answer to its position, also where there is no subscription to begin. */
function answerNotResumed(
  connection: Connection,
  { label }: StreamRequest,
  { answer, framing }: ResumeSubscription,
): void {
  const resumed: Resumed = { recovered: false, events: [], behind: -1, position: undefined };
  for (const event of answer(resumed)) {
    connection.reply(framing.frame(event, label));
  }
}

import { Injectable } from '@nestjs/common';
import type { Backlog, Connection, Fanout, Subscription } from '@fedistream/delivery';
import { StreamingError, type StreamEvent, type Viewer } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import type { StreamRequest } from '../modules/stream-definition.js';
import { Snapshots } from '../pipeline/snapshots.js';
import { StreamFanouts } from '../pipeline/stream-fanouts.js';
import { authorize } from './authorization.js';
import { Reauthorization, type AuthorizationMoment } from './reauthorization.js';

/** How long a new client waits for its channels before it is told to come back later. */
const liveWithinMs = 5_000;

/** What a subscription to a stream with a snapshot begins with. */
interface Beginning {
  readonly backlog: Backlog;
  readonly events: readonly StreamEvent[];
}

/**
 * A subscription that may be opened, for clients whose connection opens with it. What it holds is given back by exactly
 * one of {@link attach} and {@link release}.
 */
export class Admission {
  readonly #fanout: Fanout;
  readonly #beginning: Beginning | undefined;
  readonly #attached: (subscription: Subscription) => void;
  readonly #request: StreamRequest;

  /** @param attached called once with the subscription, when there is one */
  constructor(
    request: StreamRequest,
    fanout: Fanout,
    beginning: Beginning | undefined,
    attached: (subscription: Subscription) => void,
  ) {
    this.#request = request;
    this.#fanout = fanout;
    this.#beginning = beginning;
    this.#attached = attached;
  }

  /** Begins to deliver to this connection. */
  attach(connection: Connection): void {
    const subscription = connection.reserve(this.#request.label);
    if (subscription !== undefined) {
      begin(subscription, this.#fanout, this.#beginning);
      this.#attached(subscription);
    } else {
      this.#beginning?.backlog.discard();
    }
    this.#fanout.release();
  }

  /** Gives up: the client has left. */
  release(): void {
    this.#beginning?.backlog.discard();
    this.#fanout.release();
  }
}

/** The way in: from a request whose scopes have been checked (by a guard) to a subscription that receives events. */
@Injectable()
export class StreamGate {
  constructor(
    private readonly fanouts: StreamFanouts,
    private readonly snapshots: Snapshots,
    private readonly reauthorization: Reauthorization,
  ) {}

  /** Asks the stream itself whether this viewer may. @throws StreamingError as {@link authorize} */
  authorize(viewer: Viewer, request: StreamRequest): Promise<void> {
    return authorize(viewer, request);
  }

  /**
   * For a connection that opens with its subscription: when this settles, the viewer may, and nothing published from now
   * on is missed.
   *
   * @throws StreamingError as {@link authorize}, {@link StreamFanouts.open} and {@link Snapshots.take}; 503 when the
   *   channels cannot be followed now
   */
  async admit(viewer: Viewer, request: StreamRequest): Promise<Admission> {
    const moment = this.reauthorization.now();
    await authorize(viewer, request);
    const fanout = this.fanouts.open(viewer, request);
    fanout.hold();
    try {
      const beginning = await this.#beginning(viewer, request, fanout);
      if (beginning === undefined) {
        await this.#live(viewer, request);
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
   * silently. A label that is subscribed already is left as it is.
   *
   * @throws StreamingError as {@link admit}; 429 when the connection has too many subscriptions
   */
  async subscribe(connection: Connection, request: StreamRequest): Promise<void> {
    const subscription = connection.reserve(request.label);
    if (subscription === undefined) {
      return;
    }
    const moment = this.reauthorization.now();
    try {
      await connection.limitPending(() => this.#open(subscription, request));
      this.#watch(subscription, request, moment);
    } catch (failure) {
      if (!subscription.ended) {
        connection.end(subscription);
        throw failure;
      }
    }
  }

  async #open(subscription: Subscription, request: StreamRequest): Promise<void> {
    const { viewer } = subscription.connection;
    await authorize(viewer, request);
    if (subscription.ended) {
      return;
    }
    const fanout = this.fanouts.open(viewer, request);
    fanout.hold();
    try {
      begin(subscription, fanout, await this.#beginning(viewer, request, fanout));
    } finally {
      fanout.release();
    }
  }

  /** From the moment when nothing is missed any more, events are kept; then the stream is asked what comes first. */
  async #beginning(viewer: Viewer, request: StreamRequest, fanout: Fanout): Promise<Beginning | undefined> {
    if (request.definition.declaration.snapshot === undefined) {
      return undefined;
    }
    const backlog = fanout.keepFor(viewer);
    try {
      await this.#live(viewer, request);
      const events = await this.snapshots.take(viewer, request);
      if (backlog.overflowed) {
        throw new StreamingError('unavailable');
      }
      return { backlog, events };
    } catch (failure) {
      backlog.discard();
      throw failure;
    }
  }

  async #live(viewer: Viewer, request: StreamRequest): Promise<void> {
    await withTimeout(liveWithinMs, this.fanouts.live(viewer, request), () => new StreamingError('unavailable'));
  }

  #watch(subscription: Subscription, request: StreamRequest, moment: AuthorizationMoment): void {
    if (request.definition.declaration.authorize !== undefined) {
      this.reauthorization.watch(subscription, request, moment);
    }
  }
}

function begin(subscription: Subscription, fanout: Fanout, beginning: Beginning | undefined): void {
  if (beginning === undefined) {
    subscription.attach(fanout);
  } else {
    beginning.backlog.attach(subscription, beginning.events);
  }
}

import { Injectable } from '@nestjs/common';
import type { Connection, Fanout } from '@fedistream/delivery';
import { StreamingError, type Viewer } from '@fedistream/domain';
import { withTimeout } from '@fedistream/util';
import type { StreamRequest } from './stream-definition.js';
import { refusalFor, streamFailure } from './stream-failure.js';
import { StreamFanouts } from './stream-fanouts.js';

/** How long a new client waits for its channels before it is told to come back later. */
const liveWithinMs = 5_000;
/** How long a stream may take to say whether somebody may: longer than a statement may take that it waits for. */
const authorizedWithinMs = 10_000;

/**
 * A subscription that may be opened, for clients whose connection opens with it. What it holds is given back by exactly
 * one of {@link attach} and {@link release}.
 */
export class Admission {
  readonly #fanout: Fanout;
  readonly #request: StreamRequest;

  constructor(fanout: Fanout, request: StreamRequest) {
    this.#fanout = fanout;
    this.#request = request;
  }

  /** Begins to deliver to this connection. */
  attach(connection: Connection): void {
    connection.reserve(this.#request.label)?.attach(this.#fanout);
    this.#fanout.release();
  }

  /** Gives up: the client has left. */
  release(): void {
    this.#fanout.release();
  }
}

/** The way in: from a request whose scopes have been checked (by a guard) to a subscription that receives events. */
@Injectable()
export class StreamGate {
  constructor(private readonly fanouts: StreamFanouts) {}

  /**
   * Asks the stream itself whether this viewer may. Nothing but `true` opens it.
   *
   * @throws StreamingError 401 when it says no, 503 when it does not answer; what it throws itself; `unexpected`, with a
   *   cause that names the stream, for anything else
   */
  async authorize(viewer: Viewer, { definition, params, name, label }: StreamRequest): Promise<void> {
    const { source } = definition;
    if (source.authorize === undefined) {
      return;
    }
    let allowed: unknown;
    try {
      allowed = source.authorize({ viewer, params, name });
      if (typeof allowed !== 'boolean') {
        allowed = await withTimeout(authorizedWithinMs, Promise.resolve(allowed), () => unanswered(name));
      }
      if (typeof allowed !== 'boolean') {
        throw new TypeError(`it must answer true or false, not ${String(allowed)}`);
      }
    } catch (failure) {
      throw refusalFor(name, 'authorize', failure);
    }
    if (!allowed) {
      throw new StreamingError('notAuthorized', `Not authorized to stream this ${label[0]}`);
    }
  }

  /**
   * For a connection that opens with its subscription: when this settles, the viewer may, and nothing published from now
   * on is missed.
   *
   * @throws StreamingError as {@link authorize} and {@link StreamFanouts.open}; 503 when the channels cannot be followed now
   */
  async admit(viewer: Viewer, request: StreamRequest): Promise<Admission> {
    await this.authorize(viewer, request);
    const fanout = this.fanouts.open(viewer, request);
    fanout.hold();
    try {
      await withTimeout(liveWithinMs, this.fanouts.live(viewer, request), () => new StreamingError('unavailable'));
    } catch (failure) {
      fanout.release();
      throw failure;
    }
    return new Admission(fanout, request);
  }

  /**
   * For an open connection. The label is taken before anything is awaited; whatever ends the subscription meanwhile wins,
   * silently. A label that is subscribed already is left as it is.
   *
   * @throws StreamingError as {@link authorize} and {@link StreamFanouts.open}; 429 when the connection has too many
   *   subscriptions
   */
  async subscribe(connection: Connection, request: StreamRequest): Promise<void> {
    const subscription = connection.reserve(request.label);
    if (subscription === undefined) {
      return;
    }
    try {
      await connection.limitPending(() => this.authorize(connection.viewer, request));
      if (!subscription.ended) {
        subscription.attach(this.fanouts.open(connection.viewer, request));
      }
    } catch (failure) {
      if (!subscription.ended) {
        connection.end(subscription);
        throw failure;
      }
    }
  }
}

/** What a stream has to ask cannot be asked now. */
function unanswered(stream: string): StreamingError {
  const late = new Error(`no answer within ${authorizedWithinMs} ms`);
  return new StreamingError('unavailable', undefined, { cause: streamFailure(stream, 'authorize', late) });
}

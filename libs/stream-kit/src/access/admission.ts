import type { Backlog, Connection, Fanout, Framing, Subscription } from '@fedistream/delivery';
import type { StreamEvent } from '@fedistream/domain';
import type { StreamRequest } from '../modules/stream-definition.js';
import type { Resumed } from '../pipeline/resumption.js';
import type { TicketRequest } from '../pipeline/ticket-taker.js';

/** What a subscription begins with: a snapshot, or what its client missed. */
export interface Beginning {
  readonly backlog: Backlog;
  readonly events: readonly StreamEvent[];
  /** Where it begins among all messages, on a server with a history. */
  readonly place: Resumed | undefined;
  /** For clients that know their position. */
  readonly resumed: Resumed | undefined;
  /** For clients that do not, and were told to reconnect. */
  readonly ticket: TicketRequest | undefined;
}

/** See {@link Admission.attach}. */
export interface AttachOptions {
  /** How events of this subscription become bytes, if not as those of its connection. */
  readonly framing?: Framing;
  /** Sent before everything else. */
  readonly first?: readonly StreamEvent[];
  /** Whether the client is told its position also without an event. */
  readonly checkpoints?: boolean;
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

  /** How the resume has ended; `undefined` for a client that does not resume, or without a history. */
  get resumed(): Resumed | undefined {
    return this.#beginning?.resumed;
  }

  /** Begins to deliver to this connection. */
  attach(connection: Connection, options: AttachOptions = {}): void {
    try {
      const subscription = connection.reserve(this.#request.label, options.framing);
      if (subscription === undefined) {
        discard(this.#beginning);
      } else {
        begin(subscription, this.#fanout, this.#beginning, options);
        this.#attached(subscription);
      }
    } finally {
      this.#fanout.release();
    }
  }

  /** Gives up: the client has left. */
  release(): void {
    discard(this.#beginning);
    this.#fanout.release();
  }
}

/** Attaches a subscription to its fan-out, behind what it begins with. @throws StreamingError as {@link Subscription.attach} */
export function begin(
  subscription: Subscription,
  fanout: Fanout,
  beginning: Beginning | undefined,
  { first = [], checkpoints = true }: AttachOptions,
): void {
  if (beginning === undefined) {
    subscription.attach(fanout);
    return;
  }
  const { backlog, events, place, resumed } = beginning;
  if (subscription.ended) {
    discard(beginning);
    return;
  }
  beginning.ticket?.takenBy(subscription.connection);
  try {
    // Only a client that has asked for its position is told.
    const checkpoint = checkpoints && resumed !== undefined;
    subscription.followsPositions = checkpoint;
    backlog.attach(subscription, [...first, ...events], { ...place, checkpoint });
  } catch (failure) {
    discard(beginning);
    throw failure;
  }
}

/** Gives up what a subscription was to begin with. It must be called at most once. */
function discard(beginning: Beginning | undefined): void {
  beginning?.backlog.discard();
  beginning?.ticket?.giveBack();
}

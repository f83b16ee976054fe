import type { Channel, StreamingError, Viewer } from '@fedistream/domain';
import type { Framing } from './framing.js';
import type { Label } from './label.js';

/** The members of a connection that a fan-out uses. */
export interface Subscriber {
  readonly viewer: Viewer;
  /** The framing of events for this client. */
  readonly framing: Framing;
  /** Writes the bytes of one event, if the client is within its output budget. */
  send(bytes: Buffer): void;
  /** @throws StreamingError `tooManySubscriptions` when one of the channels has the most labels of this connection that it may have */
  checkLabels(channels: readonly Channel[]): void;
  /** Ends a subscription that the viewer may no longer have, and tells the client why. */
  withdraw(subscription: Subscription, error: StreamingError): void;
}

/** The subscriptions that receive the same events: the members of a fan-out that a subscription uses. */
export interface SubscriptionSet {
  /** The channels whose events they receive. */
  readonly channels: readonly Channel[];
  /** Adds a subscription. @param behind only for events after this place, if given */
  add(subscription: Subscription, behind?: number): void;
  /** The position of a client that has received everything that was sent to this subscription, if its last event has none. */
  positionOf(subscription: Subscription): string | undefined;
  /** The same, whether or not its last event has one. */
  lastPositionOf(subscription: Subscription): string | undefined;
  /** Removes a subscription. */
  remove(subscription: Subscription): void;
}

/**
 * One label of one connection. It exists from the moment when the client subscribes, before anything is awaited. If it ends
 * meanwhile (unsubscribe, close, kill), {@link attach} does nothing.
 */
export class Subscription {
  readonly connection: Subscriber;
  readonly label: Label;
  /** The framing of its events: the connection's, unless the client has asked for positions. */
  readonly framing: Framing;
  /** The place of the last event that was sent to it. Set by its {@link SubscriptionSet}. */
  lastOrder = 0;
  /** The position of that event, where it cannot be looked up later. Set by its {@link SubscriptionSet}. */
  lastPosition: string | undefined;
  /** Whether its client has asked for positions, and understands events about them. */
  followsPositions = false;
  #set: SubscriptionSet | undefined;
  #channels: readonly Channel[] | undefined;
  #ended = false;
  #onEnd: (() => void) | undefined;

  /** Only a connection makes subscriptions: see `Connection.reserve`. */
  constructor(connection: Subscriber, label: Label, framing = connection.framing) {
    this.connection = connection;
    this.label = label;
    this.framing = framing;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** A position that is later than that of the last event, if there is one. */
  get position(): string | undefined {
    return this.#set?.positionOf(this);
  }

  /** The position of a client that has received everything that was sent to it, if one is known. */
  get lastPositionSent(): string | undefined {
    return this.#set?.lastPositionOf(this);
  }

  /** Whether it receives the events of this channel, or will when it is attached. */
  listensTo(channel: Channel): boolean {
    return this.#channels?.includes(channel) === true;
  }

  /**
   * Counts among its connection's subscriptions to these channels from now on, also before it is attached.
   *
   * @throws StreamingError `tooManySubscriptions` when the connection has too many labels for one of the channels
   */
  claim({ channels }: SubscriptionSet): void {
    if (this.#channels === undefined) {
      this.connection.checkLabels(channels);
      this.#channels = channels;
    }
  }

  /**
   * Receives events from now on, unless it has ended meanwhile.
   *
   * @param behind only events after this place, if given
   * @throws StreamingError `tooManySubscriptions` as {@link claim}
   */
  attach(set: SubscriptionSet, behind?: number): void {
    if (!this.#ended) {
      this.claim(set);
      this.#set = set;
      set.add(this, behind);
    }
  }

  /** Calls `callback` once, when the subscription ends for any reason; at once if it has ended already. */
  onEnd(callback: () => void): void {
    if (this.#ended) {
      callback();
    } else {
      this.#onEnd = callback;
    }
  }

  /** Ends it, pending or attached. Called by its connection, which also releases the label. */
  end(): void {
    this.#ended = true;
    this.#set?.remove(this);
    this.#set = undefined;
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }
}

import { StreamingError, type Viewer } from '@fedistream/domain';
import { closeReasons, type CloseReason } from './close-reason.js';
import type { DeliverySettings } from './delivery-settings.js';
import { count, type ClientStatistics, type DeliveryStatistics } from './delivery-statistics.js';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import { Subscription, type Subscriber, type SubscriptionSet } from './subscription.js';
import type { Transport } from './transport.js';

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly settings: DeliverySettings;
  readonly statistics: DeliveryStatistics;
  /** Called once for each connection, before its teardown, while its subscriptions are still there. Must not throw. */
  readonly closing?: (connection: Connection, reason: CloseReason) => void;
  /**
   * Called once for each connection, after its teardown, whatever ended it.
   *
   * @param farewell settles when its transport has released the socket, see {@link Transport.close}
   * @param unsentBytes what its client had not read when it was closed
   */
  readonly closed: (
    connection: Connection,
    reason: CloseReason,
    farewell: Promise<boolean>,
    unsentBytes: number,
  ) => void;
}

/** A client, whatever its protocol: its viewer, its subscriptions, and how much it may leave unread. */
export class Connection implements Subscriber {
  #viewer: Viewer;
  readonly #context: ConnectionContext;
  readonly #statistics: ClientStatistics;
  readonly #transport: Transport;
  readonly #subscriptions = new Map<string, Subscription>();
  #pending = 0;
  /** The size of the last event that was larger than the budget. */
  #oversizedBytes = 0;
  #open = true;
  #silent = false;

  constructor(viewer: Viewer, transport: Transport, context: ConnectionContext) {
    this.#viewer = viewer;
    this.#transport = transport;
    this.#context = context;
    this.#statistics = context.statistics.of(transport.framing.type);
    this.#statistics.connections += 1;
  }

  /** The account and the token never change; the scopes change with {@link changeViewer}. */
  get viewer(): Viewer {
    return this.#viewer;
  }

  /** How events become bytes for this client. */
  get framing(): Framing {
    return this.#transport.framing;
  }

  /** Whether it can still receive. */
  get open(): boolean {
    return this.#open;
  }

  /** The labels that it has subscribed to, pending ones included. */
  get labels(): Label[] {
    return [...this.#subscriptions.values()].map(({ label }) => label);
  }

  /** Bytes that the client has not read yet, as far as this process knows. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  /**
   * Reserves a label, at once, before anything is awaited.
   *
   * @param framing of this subscription, if it is not the connection's
   * @returns `undefined` when the label is taken already or the connection has ended: there is nothing to do then
   * @throws StreamingError `tooManySubscriptions`
   */
  reserve(label: Label, framing = this.framing): Subscription | undefined {
    const key = labelKey(label);
    if (!this.#open || this.#subscriptions.has(key)) {
      return undefined;
    }
    if (this.#subscriptions.size >= this.#context.settings.maxSubscriptions) {
      throw new StreamingError('tooManySubscriptions');
    }
    const subscription = new Subscription(this, label, framing);
    this.#subscriptions.set(key, subscription);
    count(this.#statistics.subscriptions, label[0], 1);
    return subscription;
  }

  /**
   * Spellings of one parameter are labels of the same events, and each is framed by itself. `Foo` and `foo` are two; a client
   * that subscribes to hundreds would multiply the work of each event.
   */
  checkLabels(set: SubscriptionSet): void {
    let labels = 0;
    for (const subscription of this.#subscriptions.values()) {
      labels += subscription.isIn(set) ? 1 : 0;
    }
    if (labels >= this.#context.settings.maxLabelsPerChannel) {
      throw new StreamingError('tooManySubscriptions');
    }
  }

  /**
   * Runs a look-up that must precede a subscription. It counts until it has settled, whatever becomes of the label
   * meanwhile: a client that subscribes and unsubscribes again and again has at most as many pending as subscriptions.
   *
   * @throws StreamingError `tooManySubscriptions`; and what the look-up throws
   */
  async limitPending<T>(lookup: () => Promise<T>): Promise<T> {
    if (this.#pending >= this.#context.settings.maxSubscriptions) {
      throw new StreamingError('tooManySubscriptions');
    }
    this.#pending += 1;
    try {
      return await lookup();
    } finally {
      this.#pending -= 1;
    }
  }

  /** Ends a subscription of this connection, at whatever stage it is. Does nothing when it has ended already. */
  end(subscription: Subscription): void {
    if (this.#subscriptions.get(labelKey(subscription.label)) === subscription) {
      this.unsubscribe(subscription.label);
    }
  }

  /**
   * Ends a subscription that the viewer may no longer have, and tells the client why. A connection that carries nothing
   * else, such as an event stream, closes. Does nothing when the subscription has ended already.
   */
  withdraw(subscription: Subscription, error: StreamingError): void {
    if (this.#subscriptions.get(labelKey(subscription.label)) !== subscription) {
      return;
    }
    this.end(subscription);
    if (this.#transport.withdraw === undefined) {
      this.close(closeReasons.revoked);
    } else if (this.isWithinBudget()) {
      this.#transport.withdraw(error);
    }
  }

  /**
   * Goes on for the same viewer with other scopes. Ends each subscription for which there is an error, and tells the client.
   *
   * @param refusalOf why a subscription is no longer allowed; `undefined` for one that is
   */
  changeViewer(viewer: Viewer, refusalOf: (label: Label) => StreamingError | undefined): void {
    this.#viewer = viewer;
    for (const subscription of [...this.#subscriptions.values()]) {
      const error = refusalOf(subscription.label);
      if (error !== undefined) {
        this.withdraw(subscription, error);
      }
    }
  }

  /** Ends the subscription with this label, if there is one. Looks up the label and nothing else. */
  unsubscribe(label: Label): void {
    const key = labelKey(label);
    const subscription = this.#subscriptions.get(key);
    if (subscription !== undefined) {
      this.#subscriptions.delete(key);
      this.#finish(subscription);
    }
  }

  /** Writes bytes of one event, if the client keeps up. */
  send(bytes: Buffer): void {
    if (this.isWithinBudget()) {
      this.#statistics.sent += 1;
      if (bytes.length > this.#context.settings.outputBudgetBytes) {
        this.#oversizedBytes = bytes.length;
      }
      this.#transport.write(bytes);
    }
  }

  /** Writes bytes that are no event, such as an error frame, if the client keeps up. */
  reply(bytes: Buffer): void {
    if (this.isWithinBudget()) {
      this.#transport.write(bytes);
    }
  }

  /** Whether the client may hold a position that it will resume from. */
  get tellsPositions(): boolean {
    return [...this.#subscriptions.values()].some(({ framing }) => framing.tellsPositions);
  }

  /** What the client has been sent of subscriptions whose positions it is not told. */
  untoldPositions(): { readonly label: Label; readonly position: string }[] {
    return [...this.#subscriptions.values()].flatMap(({ framing, label, lastPositionSent: position }) =>
      framing.tellsPositions || position === undefined ? [] : [{ label, position }],
    );
  }

  /** Tells the client the positions of its subscriptions. @param only those with this framing */
  sendCheckpoints(only: Framing): void {
    for (const { framing, label, position } of this.#subscriptions.values()) {
      if (framing === only && position !== undefined && this.isWithinBudget()) {
        this.#transport.write(framing.checkpoint(position, label));
      }
    }
  }

  /**
   * Whether anything may be written. Closes the connection when its client has left too much unread. Transports MUST ask
   * before they write anything of their own, such as answers to pings.
   */
  isWithinBudget(): boolean {
    if (this.#silent) {
      return false;
    }
    if (this.#open && this.#isOverBudget()) {
      // What was held back to be written in one call is not the client's fault.
      this.#transport.uncork();
      if (this.#isOverBudget()) {
        this.close(closeReasons.slow);
      }
    }
    return this.#open;
  }

  /** Writes nothing more to the client, until {@link close}. For a connection that is to be closed, but not in this turn. */
  silence(): void {
    this.#silent = true;
  }

  /** The one teardown: ends all subscriptions, then the transport. A second call does nothing. */
  close(reason: CloseReason): void {
    if (!this.#open) {
      return;
    }
    this.#context.closing?.(this, reason);
    this.#open = false;
    for (const subscription of this.#subscriptions.values()) {
      this.#finish(subscription);
    }
    this.#subscriptions.clear();
    this.#statistics.connections -= 1;
    count(this.#context.statistics.closed, reason.name, 1);
    const unsentBytes = this.#transport.bufferedBytes;
    this.#context.closed(this, reason, this.#transport.close(reason), unsentBytes);
  }

  /** Closes the connection because its viewer may no longer stream. */
  revoke(): void {
    this.close(closeReasons.revoked);
  }

  #isOverBudget(): boolean {
    const { bufferedBytes } = this.#transport;
    if (bufferedBytes === 0) {
      this.#oversizedBytes = 0;
      return false;
    }
    const { outputBudgetBytes, outputBudgetPieces } = this.#context.settings;
    // One event may be larger than the budget: what follows it counts, not the event itself.
    return (
      bufferedBytes > outputBudgetBytes + this.#oversizedBytes || this.#transport.bufferedPieces > outputBudgetPieces
    );
  }

  #finish(subscription: Subscription): void {
    count(this.#statistics.subscriptions, subscription.label[0], -1);
    subscription.end();
  }
}

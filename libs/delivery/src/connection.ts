import { StreamingError, type Channel, type Viewer } from '@fedistream/domain';
import { closeReasons, type CloseReason } from './close-reason.js';
import type { DeliverySettings } from './delivery-settings.js';
import { count, type ClientStatistics, type DeliveryStatistics } from './delivery-statistics.js';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import { Subscription, type Subscriber } from './subscription.js';
import type { Transport } from './transport.js';

/** The settings, counters and callback that all connections of a server share. */
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

/** The connection of a client, of either protocol: its viewer, its subscriptions, and its output budget. */
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
  /** Open and not silent, in one field: it is read for each event and client. */
  #writable = true;

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

  /** The framing of events for this client. */
  get framing(): Framing {
    return this.#transport.framing;
  }

  /** Whether {@link close} has not been called. */
  get open(): boolean {
    return this.#open;
  }

  /** The labels that it has subscribed to, pending ones included. */
  get labels(): Label[] {
    return [...this.#subscriptions.values()].map(({ label }) => label);
  }

  /** Bytes that were written and that the operating system has not taken. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  /**
   * Reserves a label, synchronously, before the caller awaits anything.
   *
   * @param framing of this subscription, if it is not the connection's
   * @returns `undefined` when the label is taken or the connection has ended; then the caller does nothing
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
   * Bounds the labels of this connection that receive events of the same channel, whatever their streams. Each label has
   * bytes of its own, and other parameters of a stream with its own code have a run of that code and a decision of their
   * own: hundreds of them would multiply the work of each event.
   *
   * @throws StreamingError `tooManySubscriptions`
   */
  checkLabels(channels: readonly Channel[]): void {
    const labels = new Map(channels.map((channel) => [channel, 0]));
    for (const subscription of this.#subscriptions.values()) {
      for (const [channel, counted] of labels) {
        labels.set(channel, subscription.listensTo(channel) ? counted + 1 : counted);
      }
    }
    if (Math.max(...labels.values()) >= this.#context.settings.maxLabelsPerChannel) {
      throw new StreamingError('tooManySubscriptions');
    }
  }

  /**
   * Runs a look-up that precedes a subscription. It counts until it has settled, also if the label is unsubscribed meanwhile.
   * So a client that subscribes and unsubscribes in a loop has at most `maxSubscriptions` pending look-ups.
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

  /** Ends a subscription of this connection, pending or attached. Does nothing if it has ended already. */
  end(subscription: Subscription): void {
    if (this.#subscriptions.get(labelKey(subscription.label)) === subscription) {
      this.unsubscribe(subscription.label);
    }
  }

  /**
   * Ends a subscription that the viewer may no longer have, and tells the client why. A transport with a single subscription,
   * an event stream, closes the connection instead. Does nothing if the subscription has ended already.
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
   * Continues with other scopes of the same viewer. Ends each subscription for which there is an error, and tells the client.
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

  /** Writes the bytes of one event, if the client is within its output budget. */
  send(bytes: Buffer): void {
    if (this.isWithinBudget()) {
      this.#statistics.sent += 1;
      if (bytes.length > this.#context.settings.outputBudgetBytes) {
        this.#oversizedBytes = bytes.length;
      }
      this.#transport.write(bytes);
    }
  }

  /** Writes bytes that are no event, such as an error frame, if the client is within its output budget. */
  reply(bytes: Buffer): void {
    if (this.isWithinBudget()) {
      this.#transport.write(bytes);
    }
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
   * Whether bytes may be written. Closes the connection if its client has exceeded the output budget. Transports MUST check
   * it before they write bytes of their own, such as answers to pings.
   */
  isWithinBudget(): boolean {
    if (this.#writable && this.#isOverBudget()) {
      // Corked bytes do not count: the client could not have read them.
      this.#transport.uncork();
      if (this.#isOverBudget()) {
        this.close(closeReasons.slow);
      }
    }
    return this.#writable;
  }

  /** Writes nothing more to the client, until {@link close}. For a connection that is to be closed, but not in this turn. */
  silence(): void {
    this.#writable = false;
  }

  /** The teardown: ends all subscriptions, then the transport. A second call does nothing. */
  close(reason: CloseReason): void {
    if (!this.#open) {
      return;
    }
    this.#context.closing?.(this, reason);
    this.#open = false;
    this.#writable = false;
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
    // One event may be larger than the budget: it does not count, but the bytes after it do.
    return (
      bufferedBytes > outputBudgetBytes + this.#oversizedBytes || this.#transport.bufferedPieces > outputBudgetPieces
    );
  }

  #finish(subscription: Subscription): void {
    count(this.#statistics.subscriptions, subscription.label[0], -1);
    subscription.end();
  }
}

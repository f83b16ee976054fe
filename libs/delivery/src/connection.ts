import { StreamingError, type Viewer } from '@fedistream/domain';
import { closeReasons, type CloseReason } from './close-reason.js';
import type { DeliverySettings } from './delivery-settings.js';
import { count, type ClientStatistics, type DeliveryStatistics } from './delivery-statistics.js';
import type { Framing } from './framing.js';
import { labelKey, type Label } from './label.js';
import { Subscription } from './subscription.js';
import type { Transport } from './transport.js';

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly settings: DeliverySettings;
  readonly statistics: DeliveryStatistics;
  /**
   * Called once for each connection, after its teardown, whatever ended it.
   *
   * @param farewell settles when its transport has let go of the socket, see {@link Transport.close}
   */
  readonly closed: (connection: Connection, reason: CloseReason, farewell: Promise<void>) => void;
}

/** A client, whatever its protocol: who it is, what it has subscribed to, and how much it may leave unread. */
export class Connection {
  readonly viewer: Viewer;
  readonly #context: ConnectionContext;
  readonly #statistics: ClientStatistics;
  readonly #transport: Transport;
  readonly #subscriptions = new Map<string, Subscription>();
  #questions = 0;
  #open = true;

  constructor(viewer: Viewer, transport: Transport, context: ConnectionContext) {
    this.viewer = viewer;
    this.#transport = transport;
    this.#context = context;
    this.#statistics = context.statistics.of(transport.framing.type);
    this.#statistics.connections += 1;
  }

  /** How events become bytes for this client. */
  get framing(): Framing {
    return this.#transport.framing;
  }

  /** Whether it can still receive. */
  get open(): boolean {
    return this.#open;
  }

  /** The labels it has subscribed to, those still being opened included. */
  get labels(): Label[] {
    return [...this.#subscriptions.values()].map(({ label }) => label);
  }

  /**
   * Takes a label, at once, before anything is awaited.
   *
   * @returns `undefined` when the label is taken already or the connection has ended: there is nothing to do then
   * @throws StreamingError `tooManySubscriptions`
   */
  reserve(label: Label): Subscription | undefined {
    const key = labelKey(label);
    if (!this.#open || this.#subscriptions.has(key)) {
      return undefined;
    }
    if (this.#subscriptions.size >= this.#context.settings.maxSubscriptions) {
      throw new StreamingError('tooManySubscriptions');
    }
    const subscription = new Subscription(this, label);
    this.#subscriptions.set(key, subscription);
    count(this.#statistics.subscriptions, label[0], 1);
    return subscription;
  }

  /**
   * Asks what has to be known before a subscription may begin. A question counts until it is answered, whatever becomes
   * of the label meanwhile: who subscribes and unsubscribes again and again has no more of them under way than it may
   * have subscriptions.
   *
   * @throws StreamingError `tooManySubscriptions`; and what the question throws
   */
  async limitPending<T>(question: () => Promise<T>): Promise<T> {
    if (this.#questions >= this.#context.settings.maxSubscriptions) {
      throw new StreamingError('tooManySubscriptions');
    }
    this.#questions += 1;
    try {
      return await question();
    } finally {
      this.#questions -= 1;
    }
  }

  /** Ends a subscription of this connection, at whatever stage it is; one that has ended already is left alone. */
  end(subscription: Subscription): void {
    if (this.#subscriptions.get(labelKey(subscription.label)) === subscription) {
      this.unsubscribe(subscription.label);
    }
  }

  /**
   * Ends a subscription that the viewer may no longer have, and tells the client why. Where the connection carries nothing
   * else, as an event stream, it ends with it. One that has ended already is left alone.
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

  /** Ends the subscription with this label, if there is one. Looks nothing up but the label. */
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
      this.#transport.write(bytes);
    }
  }

  /**
   * Whether anything may be written; a client that has too much unread already is cut off. Transports ask before they
   * write anything of their own, such as answers to pings.
   */
  isWithinBudget(): boolean {
    if (this.#open && this.#isOverBudget()) {
      // What was kept back here, to be written in one call, is not the client's fault.
      this.#transport.flush();
      if (this.#isOverBudget()) {
        this.close(closeReasons.slow);
      }
    }
    return this.#open;
  }

  #isOverBudget(): boolean {
    return this.#transport.bufferedBytes > this.#context.settings.outputBudgetBytes;
  }

  /** The one teardown: ends all subscriptions, then the transport. Whatever comes second does nothing. */
  close(reason: CloseReason): void {
    if (!this.#open) {
      return;
    }
    this.#open = false;
    for (const subscription of this.#subscriptions.values()) {
      this.#finish(subscription);
    }
    this.#subscriptions.clear();
    this.#statistics.connections -= 1;
    count(this.#context.statistics.closed, reason.name, 1);
    this.#context.closed(this, reason, this.#transport.close(reason));
  }

  /** Ends the connection because its viewer may no longer stream. */
  revoke(): void {
    this.close(closeReasons.revoked);
  }

  #finish(subscription: Subscription): void {
    count(this.#statistics.subscriptions, subscription.label[0], -1);
    subscription.end();
  }
}

import { type Channel, type ControlTarget, controlTarget, type StreamEvent } from '@fedistream/domain';
import { errorReason, LogThrottle } from '@fedistream/util';
import { Injectable, Logger } from '@nestjs/common';
import { config, Observable, Subject, type Unsubscribable } from 'rxjs';
import { BusStatistics } from './bus-statistics.js';
import { Broker } from './broker.js';

/** An event of a control channel. It is for the server; clients never receive it. */
export interface ControlEvent {
  /** The connections that it concerns. */
  readonly target: ControlTarget;
  readonly event: StreamEvent;
}

/** Receives the events of a channel. An error that it throws is logged and does not affect other listeners. */
export type Listener = (event: StreamEvent) => void;

/**
 * One hot observable of events per channel, which exists only while it has listeners.
 *
 * A channel is meant to have few listeners: the streams on it, not their connections. Adding and removing one takes time in
 * proportion to their number.
 */
@Injectable()
export class EventBus {
  readonly #logger = new Logger(EventBus.name);
  readonly #errorLog = new LogThrottle();
  /**
   * Most channels belong to one account and have one listener, which is stored without a list. Lists are replaced when a
   * listener is added or removed: a publish that is running keeps the list that it began with.
   */
  readonly #channels = new Map<Channel, Registration | readonly Registration[]>();
  readonly #control = new Subject<ControlEvent>();

  /** One function for all registrations, which saves memory. */
  readonly #remove = (registration: Registration): void => {
    const { channel } = registration;
    const present = this.#channels.get(channel);
    const remaining = present === undefined ? [] : asList(present).filter((other) => other !== registration);
    if (remaining.length > 0) {
      this.#channels.set(channel, remaining);
    } else if (this.#channels.delete(channel)) {
      this.broker.unsubscribe(channel);
    }
  };

  /** The events of all control channels, in order. They arrive whether there is a listener or not. */
  readonly control: Observable<ControlEvent> = this.#control.asObservable();

  constructor(
    private readonly broker: Broker,
    private readonly statistics: BusStatistics,
  ) {
    // RxJS rethrows the error of a listener from a timer, where it would end the process.
    config.onUnhandledError ??= (error) => {
      this.#report(error);
    };
  }

  /** The channels that have listeners now. */
  get channels(): Iterable<Channel> {
    return this.#channels.keys();
  }

  /** How many channels have listeners now. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /**
   * The events of a channel from the moment of subscribing on. Never completes, never fails. The first listener of a channel
   * subscribes the broker to it, the last one unsubscribes it. See {@link subscribed} for when events begin to arrive.
   */
  on(channel: Channel): Observable<StreamEvent> {
    return new Observable((subscriber) =>
      this.listen(channel, (event) => {
        subscriber.next(event);
      }),
    );
  }

  /** As {@link on}, without an observable: 100 bytes for each listener instead of 600. For streams of one account. */
  listen(channel: Channel, listener: Listener): Unsubscribable {
    const registration = new Registration(channel, listener, this.#remove);
    const present = this.#channels.get(channel);
    if (present === undefined) {
      this.#channels.set(channel, registration);
      void this.broker.subscribe(channel);
    } else {
      this.#channels.set(channel, [...asList(present), registration]);
    }
    return registration;
  }

  /**
   * Settles once the broker has confirmed that events of this channel arrive, or the channel has lost its last listener;
   * at once when it has none. Never rejects.
   */
  subscribed(channel: Channel): Promise<void> {
    return this.#channels.has(channel) ? this.broker.subscribe(channel) : Promise.resolve();
  }

  /** Whether {@link publish} on this channel would reach a listener. If not, its messages need no decoding. */
  hasListeners(channel: Channel): boolean {
    return this.#channels.has(channel) || controlTarget(channel) !== undefined;
  }

  /** Passes an event to the channel's listeners, in the order in which they were added. */
  publish(channel: Channel, event: StreamEvent): void {
    const target = controlTarget(channel);
    if (target !== undefined) {
      this.#control.next({ target, event });
    }
    const present = this.#channels.get(channel);
    if (present instanceof Registration) {
      this.#notify(event, present);
    } else {
      present?.forEach((registration) => {
        this.#notify(event, registration);
      });
    }
  }

  #notify(event: StreamEvent, { listener }: Registration): void {
    try {
      listener(event);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.statistics.listenerErrors++;
    this.#errorLog.run((suffix) => {
      this.#logger.error(
        `A listener threw (${errorReason(error)}); its stream has lost the event${suffix}`,
        error instanceof Error ? error.stack : undefined,
      );
    });
  }
}

/** One listener of one channel. Unsubscribing it again does nothing. */
class Registration implements Unsubscribable {
  #remove: ((self: Registration) => void) | undefined;

  constructor(
    readonly channel: Channel,
    readonly listener: Listener,
    remove: (self: Registration) => void,
  ) {
    this.#remove = remove;
  }

  unsubscribe(): void {
    this.#remove?.(this);
    this.#remove = undefined;
  }
}

function asList(present: Registration | readonly Registration[]): readonly Registration[] {
  return present instanceof Registration ? [present] : present;
}

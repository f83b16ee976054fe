import { type Channel, type ControlTarget, controlTarget, type StreamEvent } from '@fedistream/domain';
import { LogThrottle } from '@fedistream/util';
import { Injectable, Logger } from '@nestjs/common';
import { config, Observable, Subject, type Unsubscribable } from 'rxjs';
import { BusStatistics } from './bus-statistics.js';
import { Broker } from './broker.js';

/** An event of a control channel: it is for the server, no client ever sees it. */
export interface ControlEvent {
  /** Whose connections it concerns. */
  readonly target: ControlTarget;
  readonly event: StreamEvent;
}

/** What receives the events of a channel. Whatever it throws disturbs no other. */
export type Listener = (event: StreamEvent) => void;

/**
 * Where the platform's events are listened to: one hot stream per channel, which exists only while it has listeners.
 *
 * A channel is meant to have a handful of listeners (the streams that it feeds), not one for each of thousands of
 * connections: coming and going costs time in proportion to their number.
 */
@Injectable()
export class EventBus {
  readonly #logger = new Logger(EventBus.name);
  readonly #errorLog = new LogThrottle();
  /**
   * Most channels belong to one account and have one listener, so a single one stands here by itself. Lists are replaced
   * when somebody comes or goes: a running publish keeps the one it began with.
   */
  readonly #channels = new Map<Channel, Listening | readonly Listening[]>();
  readonly #control = new Subject<ControlEvent>();

  /** One function for all listenings. */
  readonly #leave = (listening: Listening): void => {
    const { channel } = listening;
    const present = this.#channels.get(channel);
    const remaining = present === undefined ? [] : asList(present).filter((other) => other !== listening);
    if (remaining.length > 0) {
      this.#channels.set(channel, remaining);
    } else if (this.#channels.delete(channel)) {
      this.broker.unsubscribe(channel);
    }
  };

  /** The events of all control channels, in order. They arrive whether somebody listens or not. */
  readonly control: Observable<ControlEvent> = this.#control.asObservable();

  constructor(
    private readonly broker: Broker,
    private readonly statistics: BusStatistics,
  ) {
    // RxJS throws what a listener throws once more from a timer, where it would end the process and with it all streams.
    config.onUnhandledError ??= (error) => {
      this.#report(error);
    };
  }

  /** How many channels have listeners now. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /**
   * The events of a channel, from the moment of subscribing on. Never completes, never fails. Its first listener
   * makes the broker follow the channel, its last one leaves it; see {@link subscribed} for when events begin to arrive.
   */
  on(channel: Channel): Observable<StreamEvent> {
    return new Observable((subscriber) =>
      this.listen(channel, (event) => {
        subscriber.next(event);
      }),
    );
  }

  /**
   * The same as subscribing to {@link on}, without operators and without what they cost: 100 bytes for a listener,
   * not 600. For streams of which every account has one.
   */
  listen(channel: Channel, listener: Listener): Unsubscribable {
    const listening = new Listening(channel, listener, this.#leave);
    const present = this.#channels.get(channel);
    if (present === undefined) {
      this.#channels.set(channel, listening);
      void this.broker.subscribe(channel);
    } else {
      this.#channels.set(channel, [...asList(present), listening]);
    }
    return listening;
  }

  /**
   * Settles once the broker has confirmed that events of this channel arrive, or the channel has lost its last listener;
   * at once when it has none. Never rejects.
   */
  subscribed(channel: Channel): Promise<void> {
    return this.#channels.has(channel) ? this.broker.subscribe(channel) : Promise.resolve();
  }

  /** Whether publishing on this channel would reach anybody: for whom there is no need to decode. */
  hasListeners(channel: Channel): boolean {
    return this.#channels.has(channel) || controlTarget(channel) !== undefined;
  }

  /** Gives an event to the channel's listeners, in the order in which they came. An error of one disturbs no other. */
  publish(channel: Channel, event: StreamEvent): void {
    const target = controlTarget(channel);
    if (target !== undefined) {
      this.#control.next({ target, event });
    }
    const present = this.#channels.get(channel);
    if (present instanceof Listening) {
      this.#give(event, present);
    } else {
      present?.forEach((listening) => {
        this.#give(event, listening);
      });
    }
  }

  #give(event: StreamEvent, { listener }: Listening): void {
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
        `A listener failed: ${String(error)}${suffix}`,
        error instanceof Error ? error.stack : undefined,
      );
    });
  }
}

/** One listener of one channel. Ends once, however often it is told to. */
class Listening implements Unsubscribable {
  #leave: ((self: Listening) => void) | undefined;

  constructor(
    readonly channel: Channel,
    readonly listener: Listener,
    leave: (self: Listening) => void,
  ) {
    this.#leave = leave;
  }

  unsubscribe(): void {
    this.#leave?.(this);
    this.#leave = undefined;
  }
}

function asList(present: Listening | readonly Listening[]): readonly Listening[] {
  return present instanceof Listening ? [present] : present;
}

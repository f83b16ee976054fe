import { type Channel, type ControlTarget, controlTarget, type StreamEvent, Occasionally } from '@fedistream/domain';
import { Injectable, Logger } from '@nestjs/common';
import { config, Observable, Subject, type Subscriber } from 'rxjs';
import { BusStatistics } from './bus-statistics.js';
import { EventFeed } from './event-feed.js';

/** An event of a control channel: it is for the server, no client ever sees it. */
export interface ControlEvent {
  /** Whose connections it concerns. */
  readonly target: ControlTarget;
  readonly event: StreamEvent;
}

interface Hot {
  /** Replaced when somebody comes or goes, so that a running publish keeps the list it began with. */
  listeners: readonly Subscriber<StreamEvent>[];
  readonly followed: Promise<void>;
}

/**
 * Where the platform's events are listened to: one hot stream per channel, which exists only while it has listeners.
 *
 * A channel is meant to have a handful of listeners (the streams that it feeds), not one for each of thousands of
 * connections: coming and going costs time in proportion to their number.
 */
@Injectable()
export class EventBus {
  readonly #logger = new Logger(EventBus.name);
  readonly #errorLog = new Occasionally();
  readonly #channels = new Map<Channel, Hot>();
  readonly #control = new Subject<ControlEvent>();

  /** The events of all control channels, in order. They arrive whether somebody listens or not. */
  readonly control: Observable<ControlEvent> = this.#control.asObservable();

  constructor(
    private readonly feed: EventFeed,
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
   * makes the feed follow the channel, its last one leaves it; see {@link followed} for when events begin to arrive.
   */
  on(channel: Channel): Observable<StreamEvent> {
    return new Observable((listener) => {
      this.#add(channel, listener);
      return () => {
        this.#remove(channel, listener);
      };
    });
  }

  /**
   * Settles once the feed has confirmed that events of this channel arrive, or the channel has lost its last listener;
   * at once when it has none. Never rejects.
   */
  followed(channel: Channel): Promise<void> {
    return this.#channels.get(channel)?.followed ?? Promise.resolve();
  }

  /** Whether publishing on this channel would reach anybody: for whom there is no need to decode. */
  concerns(channel: Channel): boolean {
    return this.#channels.has(channel) || controlTarget(channel) !== undefined;
  }

  /** Gives an event to the channel's listeners, in the order in which they came. An error of one disturbs no other. */
  publish(channel: Channel, event: StreamEvent): void {
    const target = controlTarget(channel);
    if (target !== undefined) {
      this.#control.next({ target, event });
    }
    const hot = this.#channels.get(channel);
    if (hot === undefined) {
      return;
    }
    for (const listener of hot.listeners) {
      listener.next(event); // RxJS catches what it throws
    }
  }

  #add(channel: Channel, listener: Subscriber<StreamEvent>): void {
    const hot = this.#channels.get(channel);
    if (hot === undefined) {
      this.#channels.set(channel, { listeners: [listener], followed: this.feed.follow(channel) });
    } else {
      hot.listeners = [...hot.listeners, listener];
    }
  }

  #remove(channel: Channel, listener: Subscriber<StreamEvent>): void {
    const hot = this.#channels.get(channel);
    if (hot === undefined) {
      return;
    }
    if (hot.listeners.length > 1) {
      hot.listeners = hot.listeners.filter((other) => other !== listener);
    } else if (hot.listeners[0] === listener) {
      this.#channels.delete(channel);
      this.feed.unfollow(channel);
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

import { Injectable } from '@nestjs/common';
import type { Channel, EventOrigin } from '@fedistream/domain';
import { BatchScheduler } from '@fedistream/util';
import { HistorySettings } from './history-settings.js';
import { HistoryStatistics } from './history-statistics.js';
import { HistoryStore, type Acknowledgement } from './history-store.js';
import { markerChannel, readMarker } from './marker.js';
import { formatPosition, messageHash, type Position } from './position.js';

/** Where a fence stands among the messages that this node receives. */
export interface FenceArrival {
  /** Messages whose {@link EventOrigin.order} is larger were published behind the fence, all others before it. */
  readonly order: number;
  /** The position of the fence; `undefined` while no epoch is known. */
  readonly position: Position | undefined;
}

/** A fence on its way. Both promises settle in bounded time and never reject. */
export interface Fence {
  /** `undefined` when it did not come back in time, or came while the node did not receive all its channels. */
  readonly arrived: Promise<FenceArrival | undefined>;
  /** `undefined` when no recorder acknowledged it in time. */
  readonly acknowledged: Promise<Acknowledgement | undefined>;
}

/** How far apart markers are that are remembered, in milliseconds. */
const markerPauseMs = 2_000;

/** A promise that others settle; `undefined` stands for a time-out. */
class Expected<T> {
  readonly promise: Promise<T | undefined>;
  #timer: NodeJS.Timeout | undefined;
  settle: (value: T | undefined) => void = () => undefined;

  constructor(milliseconds: number) {
    this.promise = new Promise((resolve) => {
      this.settle = (value) => {
        clearTimeout(this.#timer);
        resolve(value);
      };
    });
    this.#timer = setTimeout(() => {
      this.settle(undefined);
    }, milliseconds);
  }
}

interface PendingFence {
  readonly arrived: Expected<FenceArrival>;
  readonly acknowledged: Expected<Acknowledgement>;
  readonly sentMs: number;
  hasArrived: boolean;
}

/**
 * Gives every message that a node receives its place, and sends fences. It has to see each message in the order in which
 * the broker hands them on, markers included.
 */
@Injectable()
export class PositionTracker {
  readonly #scheduler: BatchScheduler;
  readonly #pending = new Map<number, PendingFence>();
  #next: { readonly number: number; readonly pending: PendingFence } | undefined;
  #fences = 0;
  #timesMissed = 0;
  #order = 0;
  #epoch: string | undefined;
  /** The text of the last marker; `undefined` while one may have been missed. */
  #markerText: string | undefined;
  #tickMs = -Infinity;
  #marker: EventOrigin | undefined;
  /** The messages behind the last marker, in order and without a hole: about a second's. */
  #behindMarker: EventOrigin[] = [];
  /** One in {@link markerPauseMs}, in order. */
  readonly #markers: { readonly origin: EventOrigin; readonly arrivedMs: number }[] = [];

  readonly #send = (): void => {
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) {
      return;
    }
    this.store.fence(next.number).catch(() => {
      this.#giveUp(next.number);
    });
  };

  constructor(
    private readonly store: HistoryStore,
    private readonly settings: HistorySettings,
    private readonly statistics: HistoryStatistics,
    /** Whether the node receives all channels that it has subscribed to. */
    private readonly complete: () => boolean,
  ) {
    this.#scheduler = new BatchScheduler(() => settings.fenceRestMs);
    store.acknowledged.subscribe((acknowledgement) => {
      this.#acknowledge(acknowledgement);
    });
  }

  /** How often this node may have missed messages. */
  get timesMissed(): number {
    return this.#timesMissed;
  }

  /** The epoch that the recorder last announced; `undefined` before the first announcement. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** Whether a recorder is alive: it announces its epoch once a second. */
  get recorderAlive(): boolean {
    return performance.now() - this.#tickMs < this.settings.recorderSilentMs;
  }

  /** The last marker. Its position stands for everything that came before it. */
  get marker(): EventOrigin | undefined {
    return this.#marker;
  }

  /** The last marker that is so old that everything before it has been decided about, and delivered or dropped. */
  get settledMarker(): EventOrigin | undefined {
    const untilMs = performance.now() - this.settings.decisionMs;
    return this.#markers.findLast(({ arrivedMs }) => arrivedMs <= untilMs)?.origin;
  }

  /** The position of the message with this place; `undefined` for one that came before the last marker. */
  positionAt(order: number): Position | undefined {
    const first = this.#behindMarker[0]?.order ?? Infinity;
    return this.#behindMarker[order - first]?.position;
  }

  /** The place of a message that has just arrived. Its position is computed when it is first read. */
  tag(channel: Channel, message: Buffer): EventOrigin {
    this.#order += 1;
    const text = channel === markerChannel ? message.toString() : '';
    const marker = channel === markerChannel ? readMarker(text) : undefined;
    if (marker === undefined) {
      const origin = new Origin(this.#order, this.#epoch, this.#markerText, channel, message);
      this.#behindMarker.push(origin);
      return origin;
    }
    this.#behindMarker = [];
    this.#markerText = text;
    if (marker.kind === 'tick') {
      if (marker.epoch !== this.#epoch) {
        this.#epoch = marker.epoch;
        this.#giveUpArrived();
      }
      this.#tickMs = performance.now();
    }
    this.#marker = new Origin(this.#order, this.#epoch, text, channel, message);
    this.#remember(this.#marker);
    if (marker.kind === 'fence' && marker.node === this.store.node) {
      const pending = this.#pending.get(marker.number);
      if (pending !== undefined) {
        pending.hasArrived = true;
        // While channels are being subscribed anew, a message behind the fence may have been missed.
        pending.arrived.settle(this.complete() ? this.#marker : undefined);
      }
    }
    return this.#marker;
  }

  /**
   * To be called when this node receives messages again after it may have missed some, before the first of them. Messages
   * have no position until the next marker.
   */
  missed(): void {
    this.#timesMissed += 1;
    this.#markerText = undefined;
  }

  /** Sends a fence, or joins one that is about to be sent. At most one leaves in `fenceRestMs`. */
  fence(): Fence {
    this.#next ??= this.#prepare();
    const { arrived, acknowledged } = this.#next.pending;
    this.#scheduler.schedule(this.#send);
    return { arrived: arrived.promise, acknowledged: acknowledged.promise };
  }

  /** Ends all fences, unanswered. */
  close(): void {
    this.#scheduler.cancel();
    if (this.#next !== undefined) {
      this.#giveUp(this.#next.number);
    }
    for (const number of [...this.#pending.keys()]) {
      this.#giveUp(number);
    }
  }

  #prepare(): { readonly number: number; readonly pending: PendingFence } {
    const { fenceArrivalMs, fenceTimeoutMs } = this.settings;
    const number = ++this.#fences;
    const arrived = new Expected<FenceArrival>(fenceArrivalMs);
    const acknowledged = new Expected<Acknowledgement>(fenceTimeoutMs);
    const pending = { arrived, acknowledged, sentMs: performance.now(), hasArrived: false };
    this.#pending.set(number, pending);
    void acknowledged.promise.then((answer) => {
      this.#pending.delete(number);
      if (answer === undefined) {
        this.statistics.fencesLost += 1;
      }
    });
    return { number, pending };
  }

  #acknowledge(acknowledgement: Acknowledgement): void {
    const pending = this.#pending.get(acknowledgement.fence);
    if (pending !== undefined) {
      this.statistics.fences += 1;
      this.statistics.fenceMs += performance.now() - pending.sentMs;
      pending.acknowledged.settle(acknowledgement);
    }
  }

  #remember(origin: EventOrigin): void {
    const now = performance.now();
    if (now - (this.#markers.at(-1)?.arrivedMs ?? -Infinity) < markerPauseMs) {
      return;
    }
    this.#markers.push({ origin, arrivedMs: now });
    // One that is old enough is needed; those before it are not.
    while ((this.#markers[1]?.arrivedMs ?? now) <= now - this.settings.decisionMs) {
      this.#markers.shift();
    }
  }

  /** What arrived before an epoch began belongs to none: no recorder will acknowledge it. */
  #giveUpArrived(): void {
    for (const { acknowledged, hasArrived } of this.#pending.values()) {
      if (hasArrived) {
        acknowledged.settle(undefined);
      }
    }
  }

  #giveUp(number: number): void {
    const pending = this.#pending.get(number);
    pending?.arrived.settle(undefined);
    pending?.acknowledged.settle(undefined);
  }
}

/** The place of one message. Keeps the message until the position is asked for; the event's payload is a part of it anyway. */
class Origin implements EventOrigin {
  readonly order: number;
  readonly #epoch: string | undefined;
  readonly #marker: string | undefined;
  readonly #channel: Channel;
  #message: Buffer | undefined;
  #position: Position | undefined;

  constructor(order: number, epoch: string | undefined, marker: string | undefined, channel: Channel, message: Buffer) {
    this.order = order;
    this.#epoch = epoch;
    this.#marker = marker;
    this.#channel = channel;
    this.#message = message;
  }

  get position(): Position | undefined {
    if (this.#message !== undefined && this.#epoch !== undefined && this.#marker !== undefined) {
      const hash = messageHash(this.#marker, this.#channel, this.#message);
      this.#position = formatPosition({ epoch: this.#epoch, hash });
      this.#message = undefined;
    }
    return this.#position;
  }
}

import { Injectable } from '@nestjs/common';
import type { Channel, EventOrigin } from '@fedistream/domain';
import { BatchScheduler } from '@fedistream/util';
import { HistorySettings } from './history-settings.js';
import { HistoryStatistics } from './history-statistics.js';
import { HistoryStore, type Acknowledgement } from './history-store.js';
import { Expected } from './expected.js';
import { markerChannel, readMarker } from './marker.js';
import { MessageOrigin } from './message-origin.js';
import { formatPosition, parsePosition, type ParsedPosition, type Position } from './position.js';

/** Where a fence stands among the messages that this node receives. */
export interface FenceArrival {
  /** Messages whose {@link EventOrigin.order} is larger were published after the fence, all others before it. */
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
/** How many messages behind the last marker are remembered, and their bytes. */
const behindMarkerAtMost = 20_000;
const bytesBehindMarkerAtMost = 32 * 1024 * 1024;

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
  /** At first a recorder is presumed: clients of a restart come before the first tick of the server that they reach. */
  #tickMs = performance.now();
  #marker: EventOrigin | undefined;
  /** The messages behind the last marker, in order and without a hole: about a second's while a recorder is alive. */
  #behindMarker: MessageOrigin[] = [];
  #bytesBehindMarker = 0;
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

  /** How often messages were missed for good. */
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
      const origin = new MessageOrigin(this.#order, channel, this.#epoch, this.#markerText, message);
      // Before the first marker no message has a position.
      return this.#markerText === undefined ? origin : this.#follow(origin, message.length);
    }
    this.#forgetMarker();
    this.#markerText = text;
    if (marker.kind === 'tick') {
      if (marker.epoch !== this.#epoch) {
        this.#epoch = marker.epoch;
        this.#giveUpArrived();
      }
      this.#tickMs = performance.now();
    }
    this.#marker = new MessageOrigin(this.#order, channel, this.#epoch, text, message);
    this.#remember(this.#marker);
    if (marker.kind === 'fence' && marker.node === this.store.node) {
      const pending = this.#pending.get(marker.number);
      if (pending !== undefined) {
        pending.hasArrived = true;
        // While channels are being subscribed again, a message after the fence may have been missed.
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
    this.#markers.length = 0;
    this.#forgetMarker();
  }

  /** The place of a message that this node has missed, and fetched from the history. */
  tagPast(channel: Channel, position: ParsedPosition): EventOrigin {
    this.#order += 1;
    return this.#follow(
      new MessageOrigin(this.#order, channel, undefined, undefined, undefined, formatPosition(position)),
      0,
    );
  }

  /** What this node has received behind the last marker, as parts of positions, by channel and in order. */
  receivedBehindMarker(): ReadonlyMap<Channel, readonly string[]> {
    const byChannel = new Map<Channel, string[]>();
    for (const { channel, position = '' } of this.#behindMarker) {
      const hashes = byChannel.get(channel) ?? [];
      hashes.push(parsePosition(position)?.hash ?? '');
      byChannel.set(channel, hashes);
    }
    return byChannel;
  }

  /** The number for a fence that the caller sends itself. No two fences of this node have the same. */
  reserveFence(): number {
    return ++this.#fences;
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
    const number = this.reserveFence();
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

  /** Without a recorder no marker comes. Messages then have no position until the next one, and no gap can be filled. */
  #follow(origin: MessageOrigin, bytes: number): MessageOrigin {
    this.#behindMarker.push(origin);
    this.#bytesBehindMarker += bytes;
    if (this.#behindMarker.length > behindMarkerAtMost || this.#bytesBehindMarker > bytesBehindMarkerAtMost) {
      this.#forgetMarker();
    }
    return origin;
  }

  #forgetMarker(): void {
    this.#markerText = undefined;
    this.#marker = undefined;
    this.#behindMarker = [];
    this.#bytesBehindMarker = 0;
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

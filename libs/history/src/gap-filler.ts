import { Injectable, Logger } from '@nestjs/common';
import { controlTarget, type Channel, type EventOrigin } from '@fedistream/domain';
import { errorReason } from '@fedistream/util';
import { Subject } from 'rxjs';
import { GapSearch, Unfillable } from './gap-search.js';
import { HistorySettings, isRecorded } from './history-settings.js';
import { HistoryStatistics } from './history-statistics.js';
import { HistoryStore, type Acknowledgement, type GapReason } from './history-store.js';
import { markerChannel, readMarker } from './marker.js';
import { until } from './polling.js';
import { parsePosition } from './position.js';
import { PositionTracker } from './position-tracker.js';

/** What of this process the filler needs. */
export interface GapFillerNode {
  /** Whether messages of all subscribed channels arrive. */
  readonly ready: () => boolean;
  /** The channels with listeners. */
  readonly channels: () => Iterable<Channel>;
}

/** Where a gap could not be filled. */
export interface UnfilledGap {
  /** `undefined` for all channels. */
  readonly channels: ReadonlySet<Channel> | undefined;
  readonly reason: GapReason;
}

interface HeldMessage {
  readonly channel: Channel;
  readonly message: Buffer;
}

/** What a fence that the filler has sent waits for. */
interface AwaitedFence {
  readonly number: number;
  arrived: boolean;
  acknowledgement: Acknowledgement | undefined;
}

/** Messages that are released in one turn of the event loop. */
const releasedPerTurn = 100;
/** Between two attempts to ask the store. */
const retryMs = 100;
/** Live messages that are kept back at most. With more the gap is not filled. */
const heldAtMost = 20_000;
const heldBytesAtMost = 32 * 1024 * 1024;

/**
 * Fills what a node has missed while its connection to the broker was lost, without its clients noticing: it keeps live
 * messages back, sends a fence, fetches from the history what lies between the last message before the gap and the fence,
 * and releases that first. What was missed then takes the way of every message: it is decided as of now, for all clients.
 */
@Injectable()
export class GapFiller {
  readonly #logger = new Logger('History');
  readonly #unfilled = new Subject<UnfilledGap>();
  #release: ((channel: Channel, message: Buffer, origin?: EventOrigin) => void) | undefined;
  #held: HeldMessage[] = [];
  /** What came before the fence. */
  #beforeFence: HeldMessage[] = [];
  #heldBytes = 0;
  #overflowed = false;
  #fence: AwaitedFence | undefined;
  #filling: Promise<void> | undefined;
  /** Changes with each gap: an attempt that an earlier gap has begun is given up. */
  #attempt = 0;
  #closed = false;

  /** Emits before the first live message behind a gap that is not filled. */
  readonly unfilled = this.#unfilled.asObservable();

  constructor(
    private readonly store: HistoryStore,
    private readonly tracker: PositionTracker,
    private readonly settings: HistorySettings,
    private readonly statistics: HistoryStatistics,
    private readonly node: GapFillerNode,
  ) {
    store.acknowledged.subscribe((acknowledgement) => {
      if (this.#fence?.number === acknowledgement.fence) {
        this.#fence.acknowledgement = acknowledgement;
      }
    });
  }

  /** Settles when no gap is being filled any more; `undefined` when none is. Never rejects. */
  get filling(): Promise<void> | undefined {
    return this.#filling;
  }

  /** Called once, before the first message. @param release publishes a message */
  open(release: (channel: Channel, message: Buffer, origin?: EventOrigin) => void): void {
    this.#release = release;
  }

  /** Whether a message is kept back. Control messages never are: a revoked token has to end at once. */
  keep(channel: Channel, message: Buffer): boolean {
    if (this.#filling === undefined || controlTarget(channel) !== undefined) {
      return false;
    }
    if (channel === markerChannel && this.#isOwnFence(message)) {
      // What came before it is in the history, and is fetched from there, if all of it is.
      this.#beforeFence.push(...this.#held);
      this.#held = [];
    }
    this.#held.push({ channel, message });
    this.#heldBytes += message.length;
    if (!this.#overflowed && (this.#heldBytes > heldBytesAtMost || this.#held.length > heldAtMost)) {
      this.#overflowed = true;
      this.#attempt += 1;
    }
    return true;
  }

  /** To be called when messages arrive again after some may have been missed, before the first of them. */
  begin(): void {
    this.#attempt += 1;
    this.#dropHeld();
    // A turn later: from now on messages are kept back, a fence that comes at once included.
    this.#filling ??= Promise.resolve()
      .then(() => this.#fill())
      .finally(() => {
        this.#filling = undefined;
      });
  }

  /** Gives up. */
  close(): void {
    this.#closed = true;
  }

  async #fill(): Promise<void> {
    for (let attempt = 0; attempt !== this.#attempt;) {
      attempt = this.#attempt;
      const isCurrent = () => attempt === this.#attempt && !this.#closed;
      try {
        await this.#fillOnce(isCurrent);
      } catch (error) {
        if (isCurrent()) {
          const reason = error instanceof Unfillable ? error.reason : 'unavailable';
          this.#giveUp(reason, error instanceof Unfillable ? reason : errorReason(error));
        }
      }
      if (isCurrent()) {
        await this.#releaseHeld(isCurrent);
      }
    }
  }

  async #fillOnce(isCurrent: () => boolean): Promise<void> {
    const endMs = performance.now() + this.settings.gapMs;
    const marker = parsePosition(this.tracker.marker?.position ?? '');
    if (marker === undefined) {
      throw new Unfillable('epoch');
    }
    // This node has received it on all its channels.
    const after = { ...marker, scope: '' };
    if (this.#overflowed) {
      throw new Unfillable('tooMany');
    }
    const upTo = await this.#acknowledged(isCurrent, endMs);
    if (upTo === undefined) {
      return;
    }
    if (upTo.epoch !== after.epoch) {
      throw new Unfillable('epoch');
    }
    const channels = [...this.node.channels()].filter(isRecorded);
    const received = this.tracker.receivedBehindMarker();
    const search = new GapSearch(this.store, {
      after,
      upTo,
      endMs,
      isCurrent,
      received,
      limit: this.settings.maxFetched,
    });
    await search.run(channels);
    if (!isCurrent()) {
      return;
    }
    const { missed, unfilled } = search;
    if (unfilled.size > 0) {
      this.#logger.warn(`Missed messages of ${unfilled.size} of ${channels.length} channels cannot be fetched`);
      this.#unfilled.next({ channels: unfilled, reason: 'trimmed' });
    }
    const entries = missed.sort((one, other) => one.sequence - other.sequence);
    for (const [index, { channel, message, hash }] of entries.entries()) {
      if (index > 0 && index % releasedPerTurn === 0) {
        await new Promise(setImmediate);
        if (!isCurrent()) {
          return;
        }
      }
      this.#release?.(channel, message, this.tracker.tagPast(channel, { epoch: upTo.epoch, hash }));
    }
    this.#held.unshift(...this.#beforeFence.filter(({ channel }) => unfilled.has(channel)));
    this.#beforeFence = [];
    this.statistics.gaps.filled += 1;
    this.statistics.fetched += entries.length;
    this.#logger.log(`Fetched ${entries.length} messages that were missed while Redis could not be reached`);
  }

  /** Sends fences until one has come back and is acknowledged. @returns `undefined` when another gap has begun */
  async #acknowledged(isCurrent: () => boolean, endMs: number): Promise<Acknowledgement | undefined> {
    const { fenceArrivalMs } = this.settings;
    while (isCurrent()) {
      if (performance.now() > endMs) {
        throw new Unfillable('noFence');
      }
      if (!this.node.ready()) {
        await until(this.node.ready, retryMs);
        continue;
      }
      const fence: AwaitedFence = { number: this.tracker.reserveFence(), arrived: false, acknowledgement: undefined };
      this.#fence = fence;
      const sent = await this.store.fence(fence.number).then(
        () => true,
        () => false,
      );
      // The recorder, and the connection that brings its answers, may be coming back themselves.
      await until(
        () => (fence.arrived && fence.acknowledgement !== undefined) || !isCurrent(),
        sent ? fenceArrivalMs : retryMs,
      );
      if (fence.arrived && fence.acknowledgement !== undefined && isCurrent()) {
        return fence.acknowledgement;
      }
    }
    return undefined;
  }

  #giveUp(reason: GapReason, cause: string): void {
    this.#overflowed = false;
    this.statistics.gaps.unfilled += 1;
    this.#logger.warn(
      `What was missed while Redis could not be reached cannot be fetched (${cause}); clients are told`,
    );
    this.tracker.missed();
    this.#held.unshift(...this.#beforeFence);
    this.#beforeFence = [];
    this.#unfilled.next({ channels: undefined, reason });
  }

  /** More messages may come meanwhile, and wait behind those. */
  async #releaseHeld(isCurrent: () => boolean): Promise<void> {
    for (let count = 1; isCurrent(); count++) {
      const held = this.#held.shift();
      if (held === undefined) {
        break;
      }
      this.#heldBytes -= held.message.length;
      this.#release?.(held.channel, held.message);
      if (count % releasedPerTurn === 0) {
        await new Promise(setImmediate);
      }
    }
  }

  #isOwnFence(message: Buffer): boolean {
    const marker = readMarker(message.toString());
    const fence = this.#fence;
    if (marker?.kind !== 'fence' || marker.node !== this.store.node || marker.number !== fence?.number) {
      return false;
    }
    // While channels are being subscribed again, a message after the fence may be missed.
    fence.arrived = this.node.ready();
    return fence.arrived;
  }

  #dropHeld(): void {
    this.#held = [];
    this.#beforeFence = [];
    this.#heldBytes = 0;
  }
}

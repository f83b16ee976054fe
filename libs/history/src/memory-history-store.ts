import { randomBytes } from 'node:crypto';
import type { Channel } from '@fedistream/domain';
import { Subject } from 'rxjs';
import { HistorySettings, isRecorded } from './history-settings.js';
import { HistoryStatistics } from './history-statistics.js';
import {
  HistoryStore,
  type Acknowledgement,
  type GapReason,
  type HistoryAnswer,
  type HistoryEntry,
  type HistoryQuery,
} from './history-store.js';
import { fenceText, markerChannel, readMarker, tickText } from './marker.js';
import { messageHash, newEpoch, type ParsedPosition } from './position.js';

/** Publishes a message on the broker that this history records. */
export type PublishMarker = (channel: Channel, text: string) => void;

const tickMs = 1_000;

interface StoredEntry extends HistoryEntry {
  readonly bytes: number;
}

interface Place {
  readonly sequence: number;
  readonly atMs: number;
}

/** One channel: its entries in order, where each position stands, and the last number that was dropped. */
class RecordedChannel {
  entries: StoredEntry[] = [];
  readonly places = new Map<string, Place>();
  bytes = 0;
  lost = 0;
  lastMs = 0;
}

/**
 * History in the memory of the process, for the in-memory broker: recorder and reader in one. It keeps the promises and
 * the bounds of the real one.
 */
export class MemoryHistoryStore extends HistoryStore {
  readonly node = randomBytes(6).toString('base64url');
  readonly #acknowledged = new Subject<Acknowledgement>();
  readonly acknowledged = this.#acknowledged.asObservable();
  readonly #epoch = newEpoch();
  /** By the time of their last message: the first has been silent for longest. */
  readonly #channels = new Map<Channel, RecordedChannel>();
  readonly #markers = new Map<string, Place>();
  #sequence = 0;
  /** The last marker, and its number. */
  #marker = { text: '', sequence: 0 };
  #ticks = 0;
  /** Positions below this are refused whatever the channel: a whole channel was dropped. */
  #floor = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly publish: PublishMarker,
    private readonly settings = new HistorySettings(),
    private readonly statistics = new HistoryStatistics(),
    private readonly now: () => number = () => performance.now(),
  ) {
    super();
  }

  /** Announces the epoch. Everything published from now on has to be given to {@link append}. */
  start(): void {
    this.statistics.epochs += 1;
    this.statistics.recording = true;
    this.#tick();
    this.#timer = setInterval(() => {
      this.#tick();
    }, tickMs).unref();
  }

  /** Records a message; to be called for each one, in order, before the broker hands it on. */
  append(channel: Channel, message: Buffer): void {
    if (channel === markerChannel) {
      this.#appendMarker(message.toString());
    } else if (isRecorded(channel)) {
      this.#sequence += 1;
      this.#record(channel, message);
      this.#dropOverTotal();
    }
  }

  fence(number: number): Promise<void> {
    this.publish(markerChannel, fenceText(this.node, number));
    return Promise.resolve();
  }

  read({ channels, after, upTo, limit, limitBytes = Infinity }: HistoryQuery): Promise<HistoryAnswer> {
    let from = Infinity;
    for (const position of after) {
      const place = this.#find(channels, position);
      if (typeof place === 'string') {
        return Promise.resolve({ gap: place });
      }
      from = Math.min(from, place);
    }
    if (channels.some((channel) => from < (this.#channels.get(channel)?.lost ?? 0))) {
      return Promise.resolve({ gap: 'trimmed' });
    }
    const entries = channels
      .flatMap((channel) => this.#channels.get(channel)?.entries ?? [])
      .filter(({ sequence }) => sequence > from && sequence <= upTo.sequence)
      .sort((one, other) => one.sequence - other.sequence);
    const bytes = entries.reduce((sum, { message }) => sum + message.length, 0);
    return Promise.resolve(entries.length > limit || bytes > limitBytes ? { gap: 'tooMany' } : { entries });
  }

  /** Stops announcing. */
  close(): void {
    clearInterval(this.#timer);
    this.statistics.recording = false;
  }

  #tick(): void {
    this.publish(markerChannel, tickText(this.#epoch, this.#ticks++));
    this.#dropOld();
  }

  #appendMarker(text: string): void {
    const marker = readMarker(text);
    if (marker === undefined) {
      return;
    }
    this.#sequence += 1;
    this.#marker = { text, sequence: this.#sequence };
    this.#markers.set(messageHash(text, markerChannel, text), { sequence: this.#sequence, atMs: this.now() });
    if (marker.kind === 'fence' && marker.node === this.node) {
      this.#acknowledged.next({ fence: marker.number, epoch: this.#epoch, sequence: this.#sequence });
    }
  }

  #record(channel: Channel, message: Buffer): void {
    const recorded = this.#channels.get(channel) ?? new RecordedChannel();
    this.#channels.delete(channel);
    this.#channels.set(channel, recorded);
    const hash = messageHash(this.#marker.text, channel, message);
    const atMs = this.now();
    const entry = { sequence: this.#sequence, channel, message, hash, bytes: message.length };
    recorded.entries.push(entry);
    recorded.bytes += entry.bytes;
    recorded.lastMs = atMs;
    // Equal messages after one marker have one position, and that stands for the first of them: from there on a message
    // may be repeated, none is missing. Where that one may have been dropped, the position is not good any more.
    const isFirst = Math.max(recorded.lost, this.#floor) <= this.#marker.sequence && !recorded.places.has(hash);
    if (isFirst) {
      recorded.places.set(hash, { sequence: entry.sequence, atMs });
    }
    this.statistics.recorded += 1;
    this.statistics.bytes += entry.bytes;
    const bounds = this.settings.boundsOf(channel);
    while (recorded.entries.length > bounds.entries || recorded.bytes > bounds.bytes) {
      this.#dropFirst(recorded);
    }
  }

  #dropFirst(recorded: RecordedChannel): void {
    const dropped = recorded.entries.shift();
    if (dropped === undefined) {
      return;
    }
    recorded.bytes -= dropped.bytes;
    this.statistics.bytes -= dropped.bytes;
    recorded.lost = dropped.sequence;
    if (recorded.places.get(dropped.hash)?.sequence === dropped.sequence) {
      recorded.places.delete(dropped.hash);
    }
  }

  #dropOverTotal(): void {
    for (const [channel, recorded] of this.#channels) {
      if (this.statistics.bytes <= this.settings.maxBytes) {
        break;
      }
      this.#floor = Math.max(this.#floor, recorded.entries.at(-1)?.sequence ?? recorded.lost);
      this.#dropChannel(channel, recorded);
    }
  }

  /** Nothing that is dropped here lies after a position that is still accepted. */
  #dropOld(): void {
    const newestMs = this.now() - (this.settings.retentionSeconds + 60) * 1_000;
    for (const [channel, recorded] of this.#channels) {
      if (recorded.lastMs >= newestMs) {
        break;
      }
      this.#dropChannel(channel, recorded);
    }
    for (const [hash, { atMs }] of this.#markers) {
      if (atMs >= newestMs) {
        break;
      }
      this.#markers.delete(hash);
    }
  }

  #dropChannel(channel: Channel, recorded: RecordedChannel): void {
    this.statistics.bytes -= recorded.bytes;
    this.#channels.delete(channel);
  }

  #find(channels: readonly Channel[], { epoch, hash, scope }: ParsedPosition): number | GapReason {
    if (epoch !== this.#epoch) {
      return 'epoch';
    }
    const place =
      scope === undefined
        ? channels
            .map((channel) => this.#channels.get(channel)?.places.get(hash))
            .find((candidate) => candidate !== undefined)
        : this.#markers.get(hash);
    if (place === undefined) {
      return 'unknown';
    }
    if (this.now() - place.atMs > this.settings.retentionSeconds * 1_000) {
      return 'old';
    }
    return place.sequence < this.#floor ? 'trimmed' : place.sequence;
  }
}

import type { Channel } from '@fedistream/domain';
import type {
  Acknowledgement,
  GapReason,
  HistoryAnswer,
  HistoryEntry,
  HistoryQuery,
  HistoryStore,
} from './history-store.js';
import { delay } from './polling.js';
import type { ParsedPosition } from './position.js';

/** Channels in one request to the store: others are served in between. */
const channelsPerRead = 100;
/** Between two attempts to ask the store. */
const retryMs = 100;

/** A gap that ends the attempt to fill it. */
export class Unfillable extends Error {
  constructor(readonly reason: GapReason) {
    super(reason);
  }
}

/** What a node looks for: what was published between a position and an acknowledged fence. */
export interface GapSearchOptions {
  readonly after: ParsedPosition;
  readonly upTo: Acknowledgement;
  /** The store is asked again until then. */
  readonly endMs: number;
  readonly isCurrent: () => boolean;
  /** By channel, what the node has received after the position. */
  readonly received: ReadonlyMap<Channel, readonly string[]>;
  /** Messages that are read at most. */
  readonly limit: number;
}

/** Finds what a node has missed, channel by channel. */
export class GapSearch {
  /** What was found, channel by channel. */
  readonly missed: HistoryEntry[] = [];
  /** The channels of which something is missing in the history as well. */
  readonly unfilled = new Set<Channel>();
  readonly #store: HistoryStore;
  readonly #options: GapSearchOptions;

  constructor(store: HistoryStore, options: GapSearchOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Looks on these channels. @throws Unfillable when nothing can be found at all, and what the store throws */
  async run(channels: readonly Channel[]): Promise<void> {
    for (let first = 0; first < channels.length && this.#options.isCurrent(); first += channelsPerRead) {
      await this.#read(channels.slice(first, first + channelsPerRead));
    }
  }

  /** Reads what was missed on some channels; where the answer is a gap, on half of them, to find those that have it. */
  async #read(channels: readonly Channel[]): Promise<void> {
    const { after, upTo } = this.#options;
    const limit = this.#options.limit - this.missed.length;
    const answer = await this.#ask({ channels, after: [after], upTo, limit });
    if (answer === undefined) {
      return;
    }
    if ('entries' in answer) {
      this.#add(channels, answer.entries);
    } else if (answer.gap !== 'trimmed' && answer.gap !== 'tooMany') {
      throw new Unfillable(answer.gap);
    } else if (channels.length === 1) {
      this.unfilled.add(channels[0] as Channel);
    } else {
      const half = Math.ceil(channels.length / 2);
      await this.#read(channels.slice(0, half));
      await this.#read(channels.slice(half));
    }
  }

  /** The connection to the store may be coming back itself. @returns `undefined` when another gap has begun */
  async #ask(query: HistoryQuery): Promise<HistoryAnswer | undefined> {
    const { endMs, isCurrent } = this.#options;
    while (isCurrent()) {
      try {
        return await this.#store.read(query);
      } catch (error) {
        if (performance.now() > endMs) {
          throw error;
        }
        await delay(retryMs);
      }
    }
    return undefined;
  }

  /** Of the messages after the last marker, the node has received the first ones, up to its disconnection. */
  #add(channels: readonly Channel[], entries: readonly HistoryEntry[]): void {
    const byChannel = new Map<Channel, HistoryEntry[]>(channels.map((channel) => [channel, []]));
    for (const entry of entries) {
      byChannel.get(entry.channel)?.push(entry);
    }
    for (const channel of channels) {
      const own = byChannel.get(channel) ?? [];
      const known = this.#options.received.get(channel) ?? [];
      const first = startOf(own, known);
      if (first === undefined) {
        this.unfilled.add(channel);
      } else {
        this.missed.push(...own.slice(first + known.length));
      }
    }
  }
}

/** Where the received messages stand among all: as early as possible, so that none is missing. */
function startOf(entries: readonly HistoryEntry[], received: readonly string[]): number | undefined {
  for (let first = 0; first + received.length <= entries.length; first++) {
    if (received.every((hash, index) => entries[first + index]?.hash === hash)) {
      return first;
    }
  }
  return undefined;
}

import type { StreamEvent } from '@fedistream/domain';
import { decode, MalformedMessage } from '@fedistream/event-bus';
import {
  formatPosition,
  type Acknowledgement,
  type GapReason,
  type HistoryEntry,
  type HistoryQuery,
  type HistoryStore,
} from '@fedistream/history';

/** Clients that reconnect together have equal positions, and read the same within this time. */
const sharedMs = 200;
/** Messages that are decoded in one turn of the event loop. */
const decodedPerTurn = 50;

/** A message that was missed, as an event. It is shared: equal reads answer with the same objects. */
interface PastEvent {
  readonly sequence: number;
  readonly event: StreamEvent;
}

interface Read {
  readonly upTo: Acknowledgement;
  readonly answer: Promise<readonly PastEvent[] | GapReason>;
}

/** Reads events from the history, once for all clients that have missed the same and come at the same time. */
export class PastMessages {
  readonly #reads = new Map<string, Read>();
  /** A store may answer several reads with one buffer: then the message is decoded, and framed, once. */
  readonly #events = new WeakMap<Buffer, readonly PastEvent[]>();
  #newest: Acknowledgement | undefined;

  constructor(private readonly store: HistoryStore) {}

  /** To be called for each acknowledged fence: a read then serves all that wait for one. */
  acknowledged(upTo: Acknowledgement): void {
    if (this.#newest?.epoch !== upTo.epoch || this.#newest.sequence < upTo.sequence) {
      this.#newest = upTo;
    }
  }

  /** What is after the positions, in order, or why it cannot be given. Rejects as {@link HistoryStore.read}. */
  async read(query: HistoryQuery): Promise<readonly StreamEvent[] | GapReason> {
    const { upTo } = query;
    const read = this.#shared(query);
    const shared = await read.answer;
    // More may have been published behind this client's own fence than it has missed.
    const isOwn = shared !== 'tooMany' || read.upTo.sequence <= upTo.sequence;
    const answer = isOwn ? shared : await this.#readNow(query);
    return typeof answer === 'string'
      ? answer
      : answer.flatMap(({ sequence, event }) => (sequence <= upTo.sequence ? [event] : []));
  }

  #shared(query: HistoryQuery): Read {
    const key = JSON.stringify([query.channels, query.after]);
    const known = this.#reads.get(key);
    if (known?.upTo.epoch === query.upTo.epoch && known.upTo.sequence >= query.upTo.sequence) {
      return known;
    }
    const upTo = this.#newest?.epoch === query.upTo.epoch ? this.#newest : query.upTo;
    const read = { upTo, answer: this.#readNow({ ...query, upTo }) };
    this.#reads.set(key, read);
    const forget = () => {
      setTimeout(() => {
        if (this.#reads.get(key) === read) {
          this.#reads.delete(key);
        }
      }, sharedMs).unref();
    };
    read.answer.then(forget, forget);
    return read;
  }

  async #readNow(query: HistoryQuery): Promise<readonly PastEvent[] | GapReason> {
    const answer = await this.store.read(query);
    if ('gap' in answer) {
      return answer.gap;
    }
    const events: PastEvent[] = [];
    for (const [index, entry] of answer.entries.entries()) {
      if (index % decodedPerTurn === decodedPerTurn - 1) {
        await new Promise(setImmediate);
      }
      events.push(...this.#eventOf(entry, query.upTo.epoch));
    }
    return events;
  }

  #eventOf(entry: HistoryEntry, epoch: string): readonly PastEvent[] {
    const known = this.#events.get(entry.message);
    const events = known ?? toEvent(entry, epoch);
    this.#events.set(entry.message, events);
    return events;
  }
}

/** The event that a recorded message is, if it is one; live ones that are none are dropped as well. */
function toEvent({ sequence, hash, message }: HistoryEntry, epoch: string): readonly PastEvent[] {
  const event = decode(message);
  if (event instanceof MalformedMessage) {
    return [];
  }
  event.placeAt({ order: 0, position: formatPosition({ epoch, hash }) });
  return [{ sequence, event }];
}

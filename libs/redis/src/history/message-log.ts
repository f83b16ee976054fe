import type { Channel } from '@fedistream/domain';
import { markerChannel, readMarker } from '@fedistream/history';

/** A message as a recorder has received it. */
export interface LoggedMessage {
  readonly channel: Channel;
  readonly message: Buffer;
  readonly receivedMs: number;
}

/** A place in the order of messages that every recorder knows by the same name: so many messages behind a tick. */
export interface LogPlace {
  /** The tick's text; empty before the first one of an epoch. */
  readonly tick: string;
  readonly offset: number;
}

/**
 * The messages of the last seconds, exactly as one connection has brought them, none missing. A recorder writes from it,
 * and another one that has received the same continues where the first has ended.
 */
export class MessageLog {
  #messages: LoggedMessage[] = [];
  /** Where the first of the messages stands, counted since this log began. */
  #first = 0;
  #bytes = 0;
  readonly #ticks = new Map<string, number>();

  /** @param bytesAtMost what is kept at most */
  constructor(
    private readonly keepMs: number,
    private readonly bytesAtMost: number,
  ) {}

  /** Behind the last message. */
  get end(): number {
    return this.#first + this.#messages.length;
  }

  /** Before the first message that is kept. */
  get start(): number {
    return this.#first;
  }

  /** Adds a message. */
  add(channel: Channel, message: Buffer): void {
    if (channel === markerChannel && readMarker(message.toString())?.kind === 'tick') {
      this.#ticks.set(message.toString(), this.end);
    }
    this.#messages.push({ channel, message, receivedMs: performance.now() });
    this.#bytes += message.length;
  }

  /** The message at a place. */
  at(index: number): LoggedMessage | undefined {
    return this.#messages[index - this.#first];
  }

  /** The text of the last marker before a place; empty if there is none here. */
  markerBefore(index: number): string {
    for (let at = index - 1; at >= this.#first; at--) {
      const text = this.at(at)?.channel === markerChannel ? this.at(at)?.message.toString() : undefined;
      if (text !== undefined && readMarker(text) !== undefined) {
        return text;
      }
    }
    return '';
  }

  /** Where a tick stands, if it is here. */
  indexOfTick(text: string): number | undefined {
    return this.#ticks.get(text);
  }

  /** Drops what is old, and what is too much, but nothing from `needed` on. @returns whether there is room */
  trim(needed: number): boolean {
    const oldestMs = performance.now() - this.keepMs;
    let dropped = 0;
    for (const message of this.#messages) {
      const isOld = message.receivedMs < oldestMs || this.#bytes > this.bytesAtMost;
      if (!isOld || this.#first + dropped >= needed) {
        break;
      }
      this.#bytes -= message.message.length;
      if (message.channel === markerChannel) {
        this.#ticks.delete(message.message.toString());
      }
      dropped += 1;
    }
    if (dropped > 0) {
      this.#messages = this.#messages.slice(dropped);
      this.#first += dropped;
    }
    return this.#bytes <= this.bytesAtMost * 2;
  }

  /** Forgets everything: a message may have been missed. Places continue counting, so that none is taken for another. */
  clear(): void {
    this.#first = this.end;
    this.#messages = [];
    this.#bytes = 0;
    this.#ticks.clear();
  }
}

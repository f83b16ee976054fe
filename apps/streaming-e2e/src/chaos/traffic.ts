import { setTimeout as delay } from 'node:timers/promises';
import { statusBy, type Account, type Publisher } from '../support/index.js';

/** A stream under test, with what is published for it. */
export interface StreamKind {
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly channel: string;
  /** Where events are published that no client of this stream may receive; its own channel if they differ otherwise. */
  readonly foreignChannel: string;
  /** Whether the server decides who receives an event: then the blocked author's events must not arrive. */
  readonly filtered: boolean;
}

/** One event that Redis has accepted. */
export interface Published {
  readonly id: string;
  readonly stream: string;
  readonly forbidden: boolean;
  readonly atMs: number;
}

/** The authors of the events. */
export interface Authors {
  readonly allowed: Account;
  /** The viewer has blocked this one. */
  readonly blocked: Account;
}

const everyMs = 40;
const forbiddenEach = 4;

/** Publishes on every stream's channel, in order and at a steady pace, until it is stopped. */
export class Traffic {
  /** What Redis has accepted, in order. */
  readonly published: Published[] = [];
  #stopped = false;
  #size = 0;
  readonly #running: Promise<void>;

  constructor(
    private readonly publisher: Publisher,
    private readonly kinds: readonly StreamKind[],
    private readonly authors: Authors,
  ) {
    this.#running = this.#run();
  }

  /** From now on each event has this many characters more. */
  set padding(characters: number) {
    this.#size = characters;
  }

  /** Stops publishing; settles when the last event is out. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Publishes one more event on every stream, which clients MUST receive; returns their ids. */
  async publishAll(): Promise<string[]> {
    const ids: string[] = [];
    for (const kind of this.kinds) {
      const published = await this.#publish(kind, false);
      if (published !== undefined) {
        ids.push(published);
      }
    }
    return ids;
  }

  async #run(): Promise<void> {
    for (let count = 1; !this.#stopped; count++) {
      for (const kind of this.kinds) {
        await this.#publish(kind, false);
        if (count % forbiddenEach === 0) {
          await this.#publish(kind, true);
        }
      }
      await delay(everyMs);
    }
  }

  async #publish(kind: StreamKind, forbidden: boolean): Promise<string | undefined> {
    const { allowed, blocked } = this.authors;
    const status = statusBy(forbidden && kind.filtered ? blocked : allowed, { content: '.'.repeat(this.#size) });
    const atMs = performance.now();
    try {
      const channel = forbidden ? kind.foreignChannel : kind.channel;
      await this.publisher.publish(channel, JSON.stringify({ event: 'update', payload: status }));
    } catch {
      // Redis refuses it: it was not published.
      return undefined;
    }
    this.published.push({ id: status.id, stream: kind.name, forbidden, atMs });
    return status.id;
  }
}

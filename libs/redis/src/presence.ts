import { presenceKey, type Channel } from '@fedistream/domain';
import { jitter } from '@fedistream/util';
import type { Redis } from 'ioredis';

/** How long a key says that somebody listens. Three times the refresh: two of them may fail. */
const keySeconds = 1_080;

/** How often the keys of all followed channels are set again. */
const refreshMs = 360_000;

/** At most this many keys in one pipeline: some milliseconds of work, then the event loop has its turn. */
const keysPerPipeline = 500;

/** What {@link Presence} is told at its making. */
export interface PresenceOptions {
  /** A connection of its own: a refresh of 100,000 keys must not stand before a message. */
  readonly client: Redis;
  /** Put before every key, `n:` for the namespace `n`. */
  readonly prefix: string;
  /** The channels that have listeners on this node. */
  readonly channels: ReadonlySet<Channel>;
  /** A key could not be set. */
  readonly failed: (error: Error) => void;
}

/**
 * Tells the platform that somebody listens: it publishes to home, notification, list, direct and announcement channels
 * only while the key `subscribed:<channel>` exists.
 *
 * The key is not deleted when the last listener of this node goes: another node may still have one, and would miss all
 * events until its next refresh. It expires instead; until then the platform publishes to nobody, which is cheap.
 */
export class Presence {
  #timer: NodeJS.Timeout | undefined;
  #round = 0;

  constructor(private readonly options: PresenceOptions) {
    // All keys again whenever the connection is back: a Redis that was restarted may have lost them.
    options.client.on('ready', () => {
      void this.#refresh();
    });
  }

  /** Sets the keys of these channels. Settles when that is done or has failed; never rejects. */
  async mark(channels: readonly Channel[]): Promise<void> {
    const { client, prefix, failed } = this.options;
    if (channels.length === 0 || client.status !== 'ready') {
      return;
    }
    const pipeline = client.pipeline();
    for (const channel of channels) {
      pipeline.set(prefix + presenceKey(channel), '1', 'EX', keySeconds);
    }
    try {
      const replies = await pipeline.exec();
      const error = replies?.find(([reason]) => reason !== null)?.[0];
      if (error) {
        failed(error);
      }
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends the refreshing. */
  close(): void {
    this.#round++;
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    const round = ++this.#round;
    clearTimeout(this.#timer);
    let some: Channel[] = [];
    for (const channel of this.options.channels) {
      some.push(channel);
      if (some.length === keysPerPipeline) {
        await this.mark(some);
        some = [];
      }
      if (round !== this.#round) {
        return;
      }
    }
    await this.mark(some);
    if (round === this.#round) {
      // Up to a tenth earlier, by chance: nodes that were started together do not refresh together.
      this.#timer = setTimeout(() => void this.#refresh(), jitter(0.9 * refreshMs, refreshMs));
    }
  }
}

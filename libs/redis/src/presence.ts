import { presenceKey, type Channel } from '@fedistream/domain';
import { jitter } from '@fedistream/util';
import { ReconnectBackoff } from './reconnect-backoff.js';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import { newPending, type Pending } from './pending.js';

/** The expiry of a key, in seconds: three times the refresh, so that two of them may fail. */
const keySeconds = 1_080;

/** The interval at which the keys of all subscribed channels are set again. */
const refreshMs = 360_000;

/** The keys in one pipeline: some milliseconds of work, before the event loop continues. */
const keysPerPipeline = 500;

/**
 * Sets the expiry of the keys (KEYS) of channels (ARGV) without a subscriber on any node, in seconds (last argument); 0
 * removes them. It is a script, so that no node can subscribe in between. Each node subscribes first, then writes its key.
 */
const expireUnused = `
for index, key in ipairs(KEYS) do
  if redis.call('PUBSUB', 'NUMSUB', ARGV[index])[2] == 0 then
    redis.call('EXPIRE', key, ARGV[#ARGV])
  end
end`;

/**
 * Writes the keys (KEYS) of some channels, which expire after ARGV[1] seconds. One command, because ioredis takes 10 µs for
 * each; where Redis refuses it, the keys are written one by one.
 */
const writeKeys = `for _, key in ipairs(KEYS) do redis.call('SET', key, '1', 'EX', ARGV[1]) end`;

/** Options of a {@link Presence}. */
export interface PresenceOptions {
  /** A connection of its own: a refresh of 100,000 keys must not delay a message. */
  readonly client: ReconnectingRedis;
  /** The prefix of every key: `n:` for the namespace `n`. */
  readonly prefix: string;
  /** The channels that have listeners on this node. */
  readonly channels: ReadonlySet<Channel>;
  /** How long the platform continues publishing on a channel after its last subscriber has left, in seconds. */
  readonly unusedSeconds: number;
  /** Called for each attempt to write keys that failed. */
  readonly failed: (error: unknown) => void;
  /** Called when the server refuses writes as a replica, when {@link client} leaves it. Left out: nothing else leaves it. */
  readonly refusedAsReplica?: () => void;
  /** Called when all keys were written. */
  readonly written: () => void;
}

/**
 * Writes the presence keys: Mastodon publishes to home, notification, list, direct and announcement channels only while
 * the key `subscribed:<channel>` exists.
 *
 * Redis may accept connections and refuse writes (READONLY, OOM, MISCONF, NOPERM). Then {@link failing} is true, and no new
 * subscription is confirmed: its client would wait for events that are never published. Writes are retried with back-off
 * until they succeed.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #backoff = new ReconnectBackoff();
  /** Channels that were marked while keys could not be written, since the present round began. */
  readonly #late = new Set<Channel>();
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  #working = false;
  #failing = false;
  #isLeaving = false;
  #refusesScripts = false;
  #restored: Pending | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    // All keys again whenever the connection is back: a Redis that was restarted may have lost them.
    options.client.on('ready', () => {
      this.#isLeaving = false;
      this.#refusesScripts = false;
      void this.#refresh();
    });
    options.client.on('close', () => {
      // The second close without a success in between: Redis is unreachable, or refuses this connection.
      this.#failing ||= !this.#working;
      this.#working = false;
    });
  }

  /** Whether the last attempts to write keys failed. Meanwhile Mastodon may publish nothing for new subscriptions. */
  get failing(): boolean {
    return this.#failing;
  }

  /**
   * Writes the keys of these channels, which MUST be subscribed already: see {@link unmark}. Settles once they are written,
   * possibly by a later attempt; never rejects.
   */
  async mark(channels: readonly Channel[]): Promise<void> {
    if (
      channels.length === 0 ||
      (this.#working && ((await this.#writeAtOnce(channels)) || (await this.#write(channels))))
    ) {
      return;
    }
    for (const channel of channels) {
      this.#late.add(channel);
    }
    this.#restored ??= newPending();
    await this.#restored.promise;
  }

  /**
   * Removes the keys of channels that no node subscribes to any more, or lets them expire soon. Never rejects: a key that remains, because Redis
   * refuses scripts for example, expires.
   */
  async unmark(channels: readonly Channel[]): Promise<void> {
    if (channels.length === 0 || !this.#working) {
      return;
    }
    const { client, prefix, unusedSeconds } = this.#options;
    const keys = channels.map((channel) => prefix + presenceKey(channel));
    const names = channels.map((channel) => prefix + channel);
    await client.eval(expireUnused, keys.length, ...keys, ...names, unusedSeconds).catch(() => undefined);
  }

  /** Stops refreshing. Pending calls of {@link mark} settle. */
  close(): void {
    this.#round++;
    clearTimeout(this.#timer);
    this.#working = false;
    this.#restored?.settle();
  }

  async #refresh(): Promise<void> {
    const round = ++this.#round;
    clearTimeout(this.#timer);
    this.#late.clear();
    const written = await this.#writeAll(round);
    if (written && round === this.#round) {
      this.#succeed();
      // Up to a tenth earlier, so that nodes that start together do not refresh together.
      this.#timer = setTimeout(() => void this.#refresh(), jitter(0.9 * refreshMs, refreshMs));
    }
  }

  async #writeAll(round: number): Promise<boolean> {
    let channels: readonly Channel[] = [...this.#options.channels];
    do {
      for (const batch of inBatches(channels)) {
        if (!(await this.#write(batch)) || round !== this.#round) {
          return false;
        }
      }
      channels = [...this.#late];
      this.#late.clear();
    } while (channels.length > 0);
    return true;
  }

  /** @returns whether the keys are written; if not, {@link #write} finds out why */
  async #writeAtOnce(channels: readonly Channel[]): Promise<boolean> {
    const { client, prefix } = this.#options;
    if (this.#refusesScripts) {
      return false;
    }
    const keys = channels.map((channel) => prefix + presenceKey(channel));
    try {
      await client.eval(writeKeys, keys.length, ...keys, keySeconds);
      return true;
    } catch {
      this.#refusesScripts = true;
      return false;
    }
  }

  /** Without channels it checks whether Redis accepts writes, and leaves no key: `XX` only overwrites an existing one. */
  async #write(channels: readonly Channel[]): Promise<boolean> {
    const { client, prefix } = this.#options;
    const pipeline = client.pipeline();
    for (const channel of channels) {
      pipeline.set(prefix + presenceKey(channel), '1', 'EX', keySeconds);
    }
    if (channels.length === 0) {
      pipeline.set(prefix + presenceKey('timeline:probe'), '1', 'EX', 1, 'XX');
    }
    try {
      const replies = await pipeline.exec();
      const error = replies?.find(([reason]) => reason !== null)?.[0];
      if (!error) {
        return true;
      }
      this.#fail(error);
    } catch (error) {
      this.#fail(error);
    }
    return false;
  }

  #succeed(): void {
    this.#working = true;
    this.#backoff.reset();
    this.#options.client.confirmWorking();
    this.#failing = false;
    this.#options.written();
    this.#restored?.settle();
    this.#restored = undefined;
  }

  #fail(error: unknown): void {
    const { client, failed, refusedAsReplica } = this.#options;
    this.#working = false;
    this.#round++;
    clearTimeout(this.#timer);
    if (this.#isLeaving || client.status !== 'ready') {
      return; // The connection was lost; the next one begins a round.
    }
    this.#failing = true;
    failed(error);
    if (error instanceof Error && error.message.startsWith('READONLY')) {
      this.#isLeaving = true;
      client.disconnect(true); // After a failover the old master answers as a replica: look for the new one.
      refusedAsReplica?.();
    } else {
      this.#timer = setTimeout(() => void this.#refresh(), this.#backoff.next());
    }
  }
}

/** At least one batch, which may be empty. */
function inBatches(channels: readonly Channel[]): (readonly Channel[])[] {
  const batches: (readonly Channel[])[] = [];
  for (let start = 0; start === 0 || start < channels.length; start += keysPerPipeline) {
    batches.push(channels.slice(start, start + keysPerPipeline));
  }
  return batches;
}

import { type Channel, controlPatterns, controlTarget } from '@fedistream/domain';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisLog } from './redis-log.js';
import { Subscriptions } from './subscriptions.js';

/** A subscriber may hear nothing for hours: asking now and then finds out that the other side is gone. */
const pingMs = 30_000;

/** How long to wait before asking again for the control patterns when Redis has refused them. */
const retryMs = 5_000;

/** What {@link Subscriber} is told at its making. */
export interface SubscriberOptions {
  /** A connection for nothing but subscriptions, not connected yet. */
  readonly client: Redis;
  /** Put before every channel, `n:` for the namespace `n`. */
  readonly prefix: string;
  readonly log: RedisLog;
  /** Receives each message, in order; must not throw. */
  readonly message: (channel: Channel, message: Buffer) => void;
  /**
   * Called when control messages arrive again after the connection was lost, and before any message of a followed channel
   * does: what was published meanwhile is gone.
   */
  readonly gap: () => void;
  /** Done together with subscribing channels; a channel is confirmed when both are done. Must not reject. */
  readonly beforeConfirm: (channels: readonly Channel[]) => Promise<void>;
}

/** The connection that messages come over: the followed channels and the control patterns, on each new server anew. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #subscriptions: Subscriptions;
  readonly #patterns: readonly string[];
  /** Changes whenever the connection comes or goes, so that a late answer is not taken for one of the next. */
  #connection = 0;
  /** Whether control messages have ever arrived: with each later connection some of them may be missing. */
  #controlled = false;
  #ready = false;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    const { client, log, prefix } = options;
    const literalPrefix = prefix.replace(/[*?[\]\\]/g, '\\$&');
    this.#patterns = controlPatterns.map((pattern) => literalPrefix + pattern);
    this.#subscriptions = new Subscriptions({
      subscribe: (channels) => this.#subscribe(channels),
      unsubscribe: async (channels) => {
        await client.unsubscribe(...this.#named(channels));
      },
      refused: (channel, error) => {
        log.commandFailed(`Redis refuses to subscribe ${channel}`, error);
      },
    });
    this.#receive();
  }

  /** Whether messages of all followed channels and of the control channels arrive. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The followed channels. */
  get channels(): ReadonlySet<Channel> {
    return this.#subscriptions.channels;
  }

  /** What EventFeed promises of `follow`. */
  subscribe(channel: Channel): Promise<void> {
    return this.#subscriptions.add(channel);
  }

  /** What EventFeed promises of `unfollow`. */
  unsubscribe(channel: Channel): void {
    this.#subscriptions.remove(channel);
  }

  /** Connects, and goes on trying for ever. Settles when messages arrive or the first attempt has failed. */
  connect(): Promise<void> {
    const { client, log } = this.#options;
    const outcome = new Promise<void>((resolve) => {
      client.once('error', () => {
        resolve();
      });
      client.on('ready', () => void this.#up().then(resolve));
    });
    client.on('close', () => {
      this.#down();
    });
    client.on('error', (error) => {
      log.unreachable(error);
    });
    client.connect().catch(() => undefined); // The reason comes as an `error` event.
    this.#ping = setInterval(() => {
      if (client.status === 'ready') {
        client.ping().catch(() => undefined); // Without an answer the client ends the connection itself.
      }
    }, pingMs);
    return outcome;
  }

  /** Ends the connection for good. Whoever waits for a channel goes on. */
  close(): void {
    this.#connection++;
    this.#ready = false;
    clearInterval(this.#ping);
    this.#subscriptions.close();
    this.#options.client.disconnect();
  }

  #receive(): void {
    const { client, prefix, message } = this.#options;
    const skip = Buffer.byteLength(prefix);
    client.on('messageBuffer', (channel: Buffer, content: Buffer) => {
      message(channel.toString('utf8', skip), content);
    });
    client.on('pmessageBuffer', (_pattern: string, channel: Buffer, content: Buffer) => {
      message(channel.toString('utf8', skip), content);
    });
  }

  /** Channels come after the control patterns: no message may be judged by what a missed one has changed. */
  async #up(): Promise<void> {
    const connection = ++this.#connection;
    await this.#followControl(connection);
    if (connection !== this.#connection) {
      return;
    }
    if (this.#controlled) {
      this.#options.gap();
    }
    this.#controlled = true;
    if (await this.#subscriptions.connected()) {
      this.#ready = true;
      this.#options.log.connected(this.channels.size);
    }
  }

  #down(): void {
    this.#connection++;
    this.#subscriptions.disconnected();
    if (this.#ready) {
      this.#ready = false;
      this.#options.log.lost();
    }
  }

  /** Without control channels no token could be revoked, so nothing is subscribed before them. */
  async #followControl(connection: number): Promise<void> {
    while (connection === this.#connection) {
      try {
        await this.#options.client.psubscribe(...this.#patterns);
        return;
      } catch (error) {
        this.#options.log.commandFailed('Redis refuses to subscribe the control channels', error);
        await sleep(retryMs, undefined, { ref: false });
      }
    }
  }

  async #subscribe(channels: readonly Channel[]): Promise<void> {
    // By name as well as by pattern, a control message would come twice.
    const wanted = channels.filter((channel) => controlTarget(channel) === undefined);
    if (wanted.length > 0) {
      const alongside = this.#options.beforeConfirm(wanted);
      await this.#options.client.subscribe(...this.#named(wanted));
      await alongside;
    }
  }

  #named(channels: readonly Channel[]): string[] {
    const { prefix } = this.#options;
    return prefix === '' ? [...channels] : channels.map((channel) => prefix + channel);
  }
}

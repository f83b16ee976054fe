import { type Channel, controlPatterns, controlTarget } from '@fedistream/domain';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeMessages } from './take-messages.js';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import type { RedisLog } from './redis-log.js';
import { Subscriptions } from './subscriptions.js';

/** A subscriber may receive nothing for hours: a PING finds out that the other side is gone. */
const pingMs = 30_000;

/** How long to wait before the control patterns are subscribed again after Redis has refused them. */
const retryMs = 5_000;

/** What {@link Subscriber} is made of. */
export interface SubscriberOptions {
  /** A connection for nothing but subscriptions, not connected yet. */
  readonly client: ReconnectingRedis;
  /** Stands before every channel: `n:` for the namespace `n`. */
  readonly prefix: string;
  readonly log: RedisLog;
  /** Receives each message, in order. MUST NOT throw. */
  readonly message: (channel: Channel, message: Buffer) => void;
  /**
   * Called when control messages arrive again after the connection was lost, and before a message of any subscribed channel
   * arrives: what was published meanwhile is lost.
   */
  readonly gap: () => void;
  /** Called when Redis has subscribed these channels. A channel is confirmed when this settles. MUST NOT reject. */
  readonly subscribed: (channels: readonly Channel[]) => Promise<void>;
  /** Called when Redis has unsubscribed these channels. MUST NOT reject. */
  readonly unsubscribed: (channels: readonly Channel[]) => Promise<void>;
}

/** The connection of the subscriptions: channels and control patterns, subscribed again on each new connection. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #subscriptions: Subscriptions;
  readonly #patterns: readonly string[];
  /** Changes whenever the connection comes or goes: a late answer must not be taken for one of the next connection. */
  #connection = 0;
  /** Whether control messages have ever arrived: with each later connection some of them may be missing. */
  #hadControl = false;
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
        await client.unsubscribe(...this.#prefixed(channels));
        await options.unsubscribed(channels);
      },
      refused: (channel, error) => {
        log.commandFailed(`Redis refuses to subscribe ${channel}`, error, 'check the ACL rules of this user');
      },
    });
    this.#receive();
  }

  /** Whether messages of all subscribed channels and of the control channels arrive. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The subscribed channels, those that are not confirmed yet included. */
  get channels(): ReadonlySet<Channel> {
    return this.#subscriptions.channels;
  }

  /** As `Broker.subscribe`. */
  subscribe(channel: Channel): Promise<void> {
    return this.#subscriptions.add(channel);
  }

  /** As `Broker.unsubscribe`. */
  unsubscribe(channel: Channel): void {
    this.#subscriptions.remove(channel);
  }

  /** Connects, and tries for ever. Settles when messages arrive or the first attempt has failed. */
  connect(): Promise<void> {
    const { client } = this.#options;
    const outcome = new Promise<void>((resolve) => {
      client.once('reconnecting', () => {
        resolve();
      });
      client.once('error', () => {
        resolve();
      });
      client.on('ready', () => void this.#up().then(resolve));
    });
    client.on('close', () => {
      this.#down();
    });
    client.connect().catch(() => undefined); // It tries again; the log has the reason.
    this.#ping = setInterval(() => {
      if (client.status === 'ready') {
        client.ping().catch(() => undefined); // Without an answer the client ends the connection itself.
      }
    }, pingMs);
    return outcome;
  }

  /** Ends the connection for good. Callers that wait for a channel continue. */
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
    client.on('connect', () => {
      takeMessages(client.stream, skip, message);
    });
    // What ioredis itself reads, when it could not be done without it.
    client.on('messageBuffer', (channel: Buffer, content: Buffer) => {
      message(channel.toString('utf8', skip), content);
    });
    client.on('pmessageBuffer', (_pattern: string, channel: Buffer, content: Buffer) => {
      message(channel.toString('utf8', skip), content);
    });
  }

  /** Channels come after the control patterns: a missed control message may change who receives a message. */
  async #up(): Promise<void> {
    const connection = ++this.#connection;
    await this.#subscribeControl(connection);
    if (connection !== this.#connection) {
      return;
    }
    if (this.#hadControl) {
      this.#options.gap();
    }
    this.#hadControl = true;
    if (await this.#subscriptions.connected()) {
      const { client, log } = this.#options;
      this.#ready = true;
      client.confirmWorking();
      log.subscribed(client, this.channels.size);
    }
  }

  #down(): void {
    this.#connection++;
    this.#subscriptions.disconnected();
    if (this.#ready) {
      this.#ready = false;
      const { client, log } = this.#options;
      log.lost(client);
    }
  }

  /** Without control channels no token could be revoked, so no channel is subscribed before them. */
  async #subscribeControl(connection: number): Promise<void> {
    while (connection === this.#connection) {
      try {
        await this.#options.client.psubscribe(...this.#patterns);
        return;
      } catch (error) {
        if (connection === this.#connection) {
          const consequence = 'no client is served without them; check the ACL rules of this user';
          this.#options.log.commandFailed('Redis refuses to subscribe the control channels', error, consequence);
        }
        await sleep(retryMs, undefined, { ref: false });
      }
    }
  }

  async #subscribe(channels: readonly Channel[]): Promise<void> {
    // By name as well as by pattern, a control message would come twice.
    const wanted = channels.filter((channel) => controlTarget(channel) === undefined);
    if (wanted.length > 0) {
      await this.#options.client.subscribe(...this.#prefixed(wanted));
      await this.#options.subscribed(wanted);
    }
  }

  #prefixed(channels: readonly Channel[]): string[] {
    const { prefix } = this.#options;
    return prefix === '' ? [...channels] : channels.map((channel) => prefix + channel);
  }
}

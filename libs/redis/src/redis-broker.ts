import type { Channel } from '@fedistream/domain';
import { type Broker, BrokerServer } from '@fedistream/event-bus';
import { setTimeout as sleep } from 'node:timers/promises';
import { Presence } from './presence.js';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import { RedisConnections } from './redis-connections.js';
import { RedisLog } from './redis-log.js';
import type { RedisSettings } from './redis-settings.js';
import { RedisStatistics } from './redis-statistics.js';
import { Subscriber } from './subscriber.js';

/** How long the start waits for Redis, in ms. Then it continues without Redis. */
const startMs = 2_000;

/** How long Redis may take to write presence keys before the attempt counts as failed. */
const presenceMs = 2_000;

/**
 * Redis as a Nest microservice transport: one connection that subscribes to exactly the channels that have listeners on
 * this node, and one for the presence keys.
 *
 * It also starts while Redis is unreachable, reconnects for ever, and subscribes to all channels again when Redis is back.
 */
export class RedisBroker extends BrokerServer implements Broker {
  readonly #presenceClient: ReconnectingRedis;
  readonly #presence: Presence;
  readonly #subscriber: Subscriber;
  readonly #connections: RedisConnections;

  /** @param connections those of the process to the Redis of these settings */
  constructor(
    settings: RedisSettings,
    statistics = new RedisStatistics(),
    connections = new RedisConnections(settings, new RedisLog(statistics)),
  ) {
    super();
    const { namespace } = settings;
    const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}:`;
    const { log } = connections;
    this.#connections = connections;
    const subscriberClient = connections.create({ name: 'subscriber' });
    this.#presenceClient = connections.create({ name: 'presence', commandTimeoutMs: presenceMs });
    this.#subscriber = new Subscriber({
      client: subscriberClient,
      prefix,
      log,
      message: (channel, message) => {
        this.dispatch(channel, message);
      },
      gap: () => {
        this.reportGap();
      },
      subscribed: (channels) => this.#presence.mark(channels),
      unsubscribed: (channels) => this.#presence.unmark(channels),
    });
    this.#presence = new Presence({
      client: this.#presenceClient,
      prefix,
      channels: this.#subscriber.channels,
      unusedSeconds: settings.unusedPresenceSeconds ?? 0,
      failed: (error) => {
        log.presenceFailed(error);
      },
      refusedAsReplica: () => {
        connections.leaveReplica();
      },
      written: () => {
        log.presenceWritten();
      },
    });
  }

  get ready(): boolean {
    return this.#subscriber.ready && !this.#presence.failing;
  }

  /** How many channels are subscribed now; the control patterns are not counted. */
  get channelCount(): number {
    return this.#subscriber.channels.size;
  }

  subscribe(channel: Channel): Promise<void> {
    return this.#subscriber.subscribe(channel);
  }

  unsubscribe(channel: Channel): void {
    this.#subscriber.unsubscribe(channel);
  }

  /**
   * Called by Nest: starts to connect. Calls back once messages arrive, or after 2 s without Redis; with an error when no
   * handler accepts messages.
   */
  listen(callback: (error?: unknown) => void): void {
    this.connectHandler().then(() => {
      this.#connect(callback);
    }, callback);
  }

  /** Called by Nest at shutdown. Pending calls of {@link subscribe} settle. */
  close(): void {
    this.#presence.close();
    this.#subscriber.close();
    this.#presenceClient.disconnect();
    this.#connections.close();
  }

  #connect(callback: () => void): void {
    this.#connections.start();
    const presence = this.#presenceClient.connect().catch(() => undefined); // It retries; the log has the reason.
    const connected = Promise.all([this.#subscriber.connect(), presence]);
    void Promise.race([connected, sleep(startMs, undefined, { ref: false })]).then(() => {
      callback();
    });
  }
}

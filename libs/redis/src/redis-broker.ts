import type { Channel } from '@fedistream/domain';
import { type Broker, BrokerServer } from '@fedistream/event-bus';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from './create-client.js';
import { Presence } from './presence.js';
import { RedisLog } from './redis-log.js';
import type { RedisSettings } from './redis-settings.js';
import { RedisStatistics } from './redis-statistics.js';
import { Subscriber } from './subscriber.js';

/** How long the start waits for a first answer from Redis. It goes on without one. */
const startMs = 2_000;

/**
 * How long a new listener may be kept waiting for its presence key: shorter than it waits for its channels (the stream
 * kit's gate), so that it is let in without one.
 */
const presenceMs = 2_000;

/**
 * Redis as a Nest microservice transport: one connection that subscribes to exactly the channels that somebody on this
 * node listens to, and one for the presence keys.
 *
 * It starts whether Redis is there or not, tries to connect for ever, and follows everything again when Redis is back.
 */
export class RedisBroker extends BrokerServer implements Broker {
  readonly #presenceClient: Redis;
  readonly #presence: Presence;
  readonly #subscriber: Subscriber;

  constructor(settings: RedisSettings, statistics = new RedisStatistics()) {
    super();
    const { namespace } = settings;
    const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}:`;
    const log = new RedisLog(statistics);
    this.#subscriber = new Subscriber({
      client: createClient(settings, { name: 'subscriber' }),
      prefix,
      log,
      message: (channel, message) => {
        this.dispatch(channel, message);
      },
      gap: () => {
        this.reportGap();
      },
      beforeConfirm: (channels) => this.#presence.mark(channels),
    });
    this.#presenceClient = createClient(settings, { name: 'presence', commandTimeoutMs: presenceMs });
    this.#presenceClient.on('error', (error) => {
      log.unreachable(error);
    });
    this.#presence = new Presence({
      client: this.#presenceClient,
      prefix,
      channels: this.#subscriber.channels,
      failed: (error) => {
        log.commandFailed('Cannot set presence keys', error);
      },
    });
  }

  get ready(): boolean {
    return this.#subscriber.ready;
  }

  /** How many channels are followed now; the control patterns are not counted. */
  get channelCount(): number {
    return this.#subscriber.channels.size;
  }

  subscribe(channel: Channel): Promise<void> {
    return this.#subscriber.subscribe(channel);
  }

  unsubscribe(channel: Channel): void {
    this.#subscriber.unsubscribe(channel);
  }

  /** Starts to connect, and calls back once messages arrive, or it is clear that this may take a while. */
  listen(callback: (error?: unknown) => void): void {
    this.connectHandler().then(() => {
      this.#connect(callback);
    }, callback);
  }

  close(): void {
    this.#presence.close();
    this.#subscriber.close();
    this.#presenceClient.disconnect();
  }

  #connect(callback: () => void): void {
    const present = this.#presenceClient.connect().catch(() => undefined); // It goes on trying; the reason is an `error` event.
    const connected = Promise.all([this.#subscriber.connect(), present]);
    void Promise.race([connected, sleep(startMs, undefined, { ref: false })]).then(() => {
      callback();
    });
  }
}

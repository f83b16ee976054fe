import { Redis } from 'ioredis';
import type { ConnectionOptions } from 'node:tls';

import { until } from './until.js';
import { probeEvent, type ReceivedEvent, type StreamClient } from './stream-client.js';

/** The platform's side of the broker: Redis, or the in-memory broker of one server. */
export interface Publisher {
  readonly name: 'redis' | 'memory';
  /** Publishes a message as it is, on a channel without namespace. */
  publish(channel: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** Publishes an event in the form that Mastodon's backend does. */
export async function publishEvent(
  publisher: Publisher,
  channel: string,
  event: string,
  payload?: unknown,
): Promise<void> {
  await publisher.publish(channel, JSON.stringify({ event, payload }));
}

/** Publishes on Redis, like the platform: a plain client, nothing of ours. */
export class RedisPublisher implements Publisher {
  readonly name = 'redis';
  /** The connection, for what a test wants to look up or disturb. */
  readonly client: Redis;
  readonly #prefix: string;

  /**
   * @param namespace as `REDIS_NAMESPACE`; it keeps servers on one Redis apart
   * @param tls for a Redis that speaks TLS: authority, certificate and key
   */
  constructor(url: string, namespace?: string, tls?: ConnectionOptions) {
    const secure = tls === undefined ? {} : { tls };
    this.client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20, ...secure });
    this.client.on('error', () => {
      // Tests stop Redis; it comes back, or the test fails for want of events.
    });
    this.#prefix = namespace === undefined ? '' : `${namespace}:`;
  }

  async publish(channel: string, text: string): Promise<void> {
    await this.client.publish(this.#prefix + channel, text);
  }

  /** Waits until as many connections as this are subscribed to the channel; 0 for one that was left. */
  async subscribers(channel: string, count: number): Promise<void> {
    await until(`${count} subscribers to ${channel}`, async () => {
      const [, found] = (await this.client.pubsub('NUMSUB', this.#prefix + channel)) as [string, number];
      return found === count;
    });
  }

  /** The name of a channel or key as it stands on Redis. */
  prefixed(name: string): string {
    return this.#prefix + name;
  }

  close(): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }
}

/** Probes and fences carry an id: on a filtered stream, events of unknown types pass only when they show nothing. */
let counter = 9_000_000_000;

/**
 * Waits until what is published on the channel reaches the client. A subscription over an open WebSocket is not
 * acknowledged, so signals are published until one comes through; clients do not show them among their events.
 */
export async function untilSubscribed(client: StreamClient, publisher: Publisher, channel: string): Promise<void> {
  const probe = String(counter++);
  await until(`events of ${channel} reach the client`, async () => {
    if (!client.sawProbe(probe)) {
      await publishEvent(publisher, channel, probeEvent, probe);
    }
    return client.sawProbe(probe);
  });
}

/**
 * Publishes an event as a fence and waits until it has come through.
 *
 * @returns the events that were not taken before it: what is not among them was not delivered, and will not be
 */
export async function receivedBeforeFence(
  client: StreamClient,
  publisher: Publisher,
  channel: string,
): Promise<ReceivedEvent[]> {
  const payload = String(counter++);
  await publishEvent(publisher, channel, 'fence', payload);
  return client.takeUntil((event) => event.event === 'fence' && event.payload === payload);
}

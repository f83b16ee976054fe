import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { DemoMessage } from '@fedistream/demo';
import { createClient, type RedisSettings } from '@fedistream/redis';
import type { Redis } from 'ioredis';
import { DemoPublisher } from './demo-publisher.js';

/** Publishes the demo on Redis, as the platform does with what people write: it comes back from there like everything else. */
@Injectable()
export class RedisDemoPublisher extends DemoPublisher implements OnApplicationShutdown {
  readonly #redis: Redis;
  readonly #prefix: string;

  /** Begins to connect. */
  constructor(settings: RedisSettings) {
    super();
    this.#redis = createClient(settings, { name: 'demo' });
    this.#redis.on('error', () => {
      // The broker has connections of its own to the same server, and tells what is wrong with it.
    });
    this.#redis.connect().catch(() => undefined);
    this.#prefix = settings.namespace === undefined ? '' : `${settings.namespace}:`;
  }

  override publish({ channel, message }: DemoMessage): void {
    this.#redis.publish(this.#prefix + channel, JSON.stringify(message)).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.#redis.disconnect();
  }
}

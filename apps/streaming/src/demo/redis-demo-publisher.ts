import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { DemoMessage } from '@fedistream/demo';
import { createClient, type RedisSettings } from '@fedistream/redis';
import type { Redis } from 'ioredis';
import { DemoPublisher } from './demo-publisher.js';

/** Publishes the demo on Redis, as the platform's services do. */
@Injectable()
export class RedisDemoPublisher extends DemoPublisher implements OnApplicationShutdown {
  readonly #redis: Redis;
  readonly #prefix: string;

  /** Starts to connect. */
  constructor(settings: RedisSettings) {
    super();
    this.#redis = createClient(settings, { name: 'demo' });
    this.#redis.on('error', () => {
      // The broker logs the state of the same Redis.
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

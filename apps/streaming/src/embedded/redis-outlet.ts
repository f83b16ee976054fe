import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { DemoMessage } from '@fedistream/demo';
import type { RedisSettings } from '@fedistream/redis';
import { Redis } from 'ioredis';
import { DemoOutlet } from './demo-outlet.js';

/** Publishes the demo on Redis, as the platform does with what people write: it comes back from there like everything else. */
@Injectable()
export class RedisOutlet extends DemoOutlet implements OnApplicationShutdown {
  readonly #redis: Redis;
  readonly #prefix: string;

  /** Begins to connect. */
  constructor(settings: RedisSettings) {
    super();
    this.#redis = connectionFor(settings);
    this.#redis.on('error', () => {
      // The feed has connections of its own to the same server, and tells what is wrong with it.
    });
    this.#prefix = settings.namespace === undefined ? '' : `${settings.namespace}:`;
  }

  override publish({ channel, message }: DemoMessage): void {
    this.#redis.publish(this.#prefix + channel, JSON.stringify(message)).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.#redis.disconnect();
  }
}

function connectionFor({ url, sentinels, sentinelMaster, tls, ...settings }: RedisSettings): Redis {
  const options = {
    username: settings.username,
    password: settings.password,
    connectionName: 'fedistream-demo',
    // What cannot be published now is not kept for later.
    enableOfflineQueue: false,
    ...(tls && { tls }),
  };
  if (url !== undefined) {
    return new Redis(url, options);
  }
  if (sentinels !== undefined) {
    return new Redis({
      ...options,
      sentinels: [...sentinels],
      name: sentinelMaster,
      sentinelUsername: settings.sentinelUsername,
      sentinelPassword: settings.sentinelPassword,
      enableTLSForSentinelMode: tls !== undefined,
    });
  }
  return new Redis({ ...options, host: settings.host ?? '127.0.0.1', port: settings.port ?? 6379 });
}

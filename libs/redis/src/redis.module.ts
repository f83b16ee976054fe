import { EventFeed } from '@fedistream/event-bus';
import { type DynamicModule, Module } from '@nestjs/common';
import { RedisFeed } from './redis-feed.js';
import type { RedisSettings } from './redis-settings.js';
import { RedisStatistics } from './redis-statistics.js';

/** Redis as the feed of the event bus: `EventBusModule.fedBy(RedisModule.forRoot(settings))`. */
@Module({})
export class RedisModule {
  /** Connects to nothing yet: that happens when Nest starts the feed as a microservice transport. */
  static forRoot(settings: RedisSettings): DynamicModule {
    return {
      module: RedisModule,
      providers: [
        RedisStatistics,
        {
          provide: RedisFeed,
          useFactory: (statistics: RedisStatistics) => new RedisFeed(settings, statistics),
          inject: [RedisStatistics],
        },
        { provide: EventFeed, useExisting: RedisFeed },
      ],
      exports: [EventFeed, RedisFeed, RedisStatistics],
    };
  }
}

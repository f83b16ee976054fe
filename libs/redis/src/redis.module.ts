import { Broker } from '@fedistream/event-bus';
import { type DynamicModule, Module } from '@nestjs/common';
import { RedisBroker } from './redis-broker.js';
import { RedisConnections } from './redis-connections.js';
import { RedisLog } from './redis-log.js';
import type { RedisSettings } from './redis-settings.js';
import { RedisStatistics } from './redis-statistics.js';

/** Redis as the broker of the event bus: `EventBusModule.forRoot(RedisModule.forRoot(settings))`. */
@Module({})
export class RedisModule {
  /** Does not connect: Nest connects when it starts the broker as a microservice transport. */
  static forRoot(settings: RedisSettings): DynamicModule {
    return {
      module: RedisModule,
      providers: [
        RedisStatistics,
        {
          provide: RedisConnections,
          useFactory: (statistics: RedisStatistics) => new RedisConnections(settings, new RedisLog(statistics)),
          inject: [RedisStatistics],
        },
        {
          provide: RedisBroker,
          useFactory: (statistics: RedisStatistics, connections: RedisConnections) =>
            new RedisBroker(settings, statistics, connections),
          inject: [RedisStatistics, RedisConnections],
        },
        { provide: Broker, useExisting: RedisBroker },
      ],
      exports: [Broker, RedisBroker, RedisConnections, RedisStatistics],
    };
  }
}

import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { BusStatistics } from './bus-statistics.js';
import { EventBus } from './event-bus.js';
import { EventFeed } from './event-feed.js';
import { MemoryFeed } from './memory-feed.js';
import { MessagesController } from './messages.controller.js';

/** The in-memory feed as a module for {@link EventBusModule.fedBy}. */
@Module({
  providers: [MemoryFeed, { provide: EventFeed, useExisting: MemoryFeed }],
  exports: [MemoryFeed, EventFeed],
})
export class MemoryFeedModule {}

/**
 * The process's one event bus. The application chooses the feed and connects it as a microservice transport:
 *
 * ```ts
 * app.connectMicroservice({ strategy: app.get<EventFeed & CustomTransportStrategy>(EventFeed) });
 * await app.startAllMicroservices();
 * ```
 */
@Module({})
export class EventBusModule {
  /** @param feed a module that exports {@link EventFeed} */
  static fedBy(feed: Type | DynamicModule): DynamicModule {
    return {
      module: EventBusModule,
      global: true,
      imports: [feed],
      controllers: [MessagesController],
      providers: [EventBus, BusStatistics],
      exports: [EventBus, BusStatistics, feed],
    };
  }
}

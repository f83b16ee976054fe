export { BusStatistics } from './bus-statistics.js';
export { EventBusModule, MemoryFeedModule } from './event-bus.module.js';
export { EventBus, type ControlEvent } from './event-bus.js';
export { EventFeed, messagePattern } from './event-feed.js';
export { FeedServer } from './feed-server.js';
export { MemoryFeed } from './memory-feed.js';

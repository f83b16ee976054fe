export { createClient, type Purpose } from './create-client.js';
export { RedisFeed } from './redis-feed.js';
export { RedisModule } from './redis.module.js';
export type { RedisSettings, SentinelAddress } from './redis-settings.js';
export { RedisStatistics } from './redis-statistics.js';

export { createClient, type ClientPurpose } from './create-client.js';
export { RedisBroker } from './redis-broker.js';
export { RedisModule } from './redis.module.js';
export type { RedisSettings, SentinelAddress } from './redis-settings.js';
export { RedisStatistics } from './redis-statistics.js';
export { RedisHistoryModule, type RedisHistoryOptions } from './history/redis-history.module.js';

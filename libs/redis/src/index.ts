export * from './redis-feed.js';
export * from './redis-module.js';
export * from './redis-settings.js';
export * from './redis-statistics.js';

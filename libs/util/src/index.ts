export * from './batch-scheduler.js';
export * from './compact-multimap.js';
export * from './log-throttle.js';
export * from './with-timeout.js';

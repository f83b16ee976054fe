export * from './backoff.js';
export * from './batch-scheduler.js';
export * from './compact-multimap.js';
export * from './error-reason.js';
export * from './jitter.js';
export * from './log-throttle.js';
export * from './outage.js';
export * from './with-timeout.js';

export * from './history-settings.js';
export * from './history-statistics.js';
export * from './history-store.js';
export * from './marker.js';
export * from './memory-history-store.js';
export * from './ticket-store.js';
export * from './position.js';
export * from './position-tracker.js';

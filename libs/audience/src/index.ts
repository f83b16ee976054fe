export * from './audience-store.js';
export * from './filter-record.js';

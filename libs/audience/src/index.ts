export * from './audience.js';
export * from './audience.module.js';
export * from './audience-settings.js';
export * from './audience-statistics.js';
export * from './audience-store.js';
export * from './filters/filter-bounds.js';
export * from './filters/filter-record.js';
export * from './filters/filter-result.js';
export type { ClosedBy } from './rules/rule.js';

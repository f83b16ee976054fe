export * from './audience-tables.js';
export * from './memory-audience-store.js';
export * from './reference-audience.js';
export * from './reference-rules.js';
export * from './random-world.js';
export * from './status-of.js';
export * from './viewer-set.js';

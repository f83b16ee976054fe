export * from './stream-definition.js';
export * from './stream-gate.js';
export * from './stream-kit.module.js';
export * from './stream-fanouts.js';
export * from './stream-registry.js';

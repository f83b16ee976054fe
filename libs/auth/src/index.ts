export * from './lists.js';
export * from './roles.js';
export * from './token-store.js';

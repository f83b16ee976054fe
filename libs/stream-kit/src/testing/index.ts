export * from './lists-of.js';
export * from './open-stream.js';
export * from './roles-of.js';

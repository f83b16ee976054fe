export * from './open-stream.js';

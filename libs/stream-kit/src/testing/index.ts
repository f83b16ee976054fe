export * from './lists-of.js';
export * from './open-stream.js';
export type { ReceivedEvent } from './recording-transport.js';
export * from './roles-of.js';

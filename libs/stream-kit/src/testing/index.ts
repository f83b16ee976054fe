export * from './lists-of.js';
export { moduleContract, type ContractOptions, type ContractTest } from './module-contract.js';
export * from './open-module.js';
export { openStream, viewer, type FakeDeps, type OpenedStream, type OpenOptions } from './open-stream.js';
export type { ReceivedEvent } from './recording-transport.js';
export * from './roles-of.js';

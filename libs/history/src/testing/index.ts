export * from './history.contract.js';
export * from './tracked-history.js';

export * from './feed-contract.js';

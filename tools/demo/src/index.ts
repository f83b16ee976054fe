export * from './demo-banner.js';
export * from './demo-message.js';
export * from './demo-messages.js';
export * from './demo-rows.js';
export * from './demo-tokens.js';
export type * from './entities.js';
export { demoAdmin, demoUser } from './people.js';
export { demoList } from './status-channels.js';

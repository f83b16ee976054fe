export { type Channel, channels, normaliseHashtag, type Origin, type Visibility } from '@fedistream/domain';
export * from './publish-transport.js';
export * from './publisher.module.js';
export * from './stream-events.js';
export * from './stream-message.js';
export * from './stream-publisher.js';

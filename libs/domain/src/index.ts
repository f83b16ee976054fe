export * from './channel.js';
export * from './errors.js';
export * from './hashtag.js';
export * from './scope.js';
export * from './selection.js';
export * from './stream-event.js';
export * from './viewer.js';
export * from './visibility.js';

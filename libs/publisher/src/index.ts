export {
  type Channel,
  channelFamily,
  type ChannelFamily,
  type ChannelOf,
  channels,
  controlEvents,
  type Entity,
  type EventType,
  type EventTypes,
  type MastodonEvents,
  mastodonEvents,
  noPayload,
  normaliseHashtag,
  type NotificationPayload,
  type Origin,
  payload,
  type PayloadOf,
  type StatusPayload,
  type Visibility,
} from '@fedistream/domain';
export * from './publish-transport.js';
export * from './publisher.module.js';
export * from './stream-message.js';
export * from './stream-publisher.js';

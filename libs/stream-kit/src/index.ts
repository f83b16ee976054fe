export { Lists, Roles, type Permission } from '@fedistream/auth';
export {
  channelFamily,
  mastodonEvents,
  noPayload,
  normaliseHashtag,
  payload,
  StreamingError,
  type ChannelFamily,
  type ChannelOf,
  type EventType,
  type EventTypes,
  type JsonSchema,
  type MastodonEvents,
  type NotificationPayload,
  type PayloadOf,
  type Scope,
  type StatusPayload,
  type StreamEvent,
  type Viewer,
} from '@fedistream/domain';
export { channels } from './channels.js';
export { hashtag, list, oneOf, optional, param, recordId, text } from './params/param.js';
export type { OptionalParam, Param, ParamOptions, Params, ParamValues } from './params/param.js';
export { stream, type AnyStream, type Stream } from './declaration/stream.js';
export type {
  Deps,
  EventMaker,
  Injected,
  RequestContext,
  StreamDeclaration,
  TypedEvent,
  ViewerContext,
} from './declaration/stream-declaration.js';
export { streamModule } from './modules/stream-module.js';
export type { Environment, StreamModule, StreamModuleOptions } from './modules/stream-module.js';

export { Lists, Roles, type Permission } from '@fedistream/auth';
export { normaliseHashtag, StreamEvent, StreamingError } from '@fedistream/domain';
export type { Channel, Scope, Viewer } from '@fedistream/domain';
export { channels } from './channels.js';
export { hashtag, oneOf, optional, recordId, text } from './param.js';
export type { OptionalParam, Param, Params, ParamValues } from './param.js';
export { Stream } from './stream.js';
export type { StreamContext, StreamSource } from './stream.js';
export type { StreamDeclaration } from './stream-declaration.js';

import type { StreamRequest } from '../support/index.js';
import type { Target } from './target.js';

/** A stream, by the name in a WebSocket message and by the path of an event stream. */
export interface DocumentedStream {
  readonly name: string;
  readonly path: string;
  /** The scopes of which a token needs one. */
  readonly scopes: readonly string[];
  /** The events that Mastodon documents for it. */
  readonly events: readonly string[];
  /** The parameter that names a tag or a list. */
  readonly parameter?: 'tag' | 'list';
}

const statuses = ['read', 'read:statuses'];
const statusEvents = ['update', 'delete', 'status.update'];
const announcements = ['announcement', 'announcement.reaction', 'announcement.delete'];
const publicStreams = ['public', 'public:local', 'public:remote'];

/** Every stream of docs.joinmastodon.org/methods/streaming. */
export const documentedStreams: readonly DocumentedStream[] = [
  {
    name: 'user',
    path: 'user',
    scopes: statuses,
    events: [...statusEvents, 'notification', ...announcements, 'conversation', 'unknown.event'],
  },
  {
    name: 'user:notification',
    path: 'user/notification',
    scopes: ['read', 'read:notifications'],
    events: ['notification'],
  },
  ...publicStreams.flatMap((name) => [
    { name, path: name.replace(':', '/'), scopes: statuses, events: statusEvents },
    {
      name: `${name}:media`,
      path: `${name.replace(':', '/')}?only_media=true`,
      scopes: statuses,
      events: statusEvents,
    },
  ]),
  ...['hashtag', 'hashtag:local'].map((name) => ({
    name,
    path: name.replace(':', '/'),
    scopes: statuses,
    events: statusEvents,
    parameter: 'tag' as const,
  })),
  { name: 'list', path: 'list', scopes: statuses, events: statusEvents, parameter: 'list' },
  { name: 'direct', path: 'direct', scopes: statuses, events: ['conversation'] },
];

/** The stream as a client asks for it, with a tag or the viewer's list where it needs one, and the channel behind it. */
export function requestOf(
  { name, parameter }: DocumentedStream,
  { persons }: Target,
  { token = persons.viewer.token, accountId = persons.viewer.account.id, list = persons.list, tag = 'Cats' } = {},
): StreamRequest {
  const params = parameter === undefined ? {} : { [parameter]: parameter === 'tag' ? tag : list };
  return { token, stream: name, params, channel: channelOf(name, { accountId, list, tag: tag.toLowerCase() }) };
}

/** The `stream` member of the frames of such a request. */
export function labelOf({ stream, params = {} }: StreamRequest): readonly string[] {
  return [stream, ...Object.values(params)];
}

function channelOf(
  name: string,
  { accountId, list, tag }: { readonly accountId: string; readonly list: string; readonly tag: string },
): string {
  switch (name) {
    case 'user':
      return `timeline:${accountId}`;
    case 'user:notification':
      return `timeline:${accountId}:notifications`;
    case 'direct':
      return `timeline:direct:${accountId}`;
    case 'list':
      return `timeline:list:${list}`;
    case 'hashtag':
      return `timeline:hashtag:${tag}`;
    case 'hashtag:local':
      return `timeline:hashtag:${tag}:local`;
    default:
      return `timeline:${name}`;
  }
}

import { channels, normaliseHashtag, type Channel } from '@fedistream/domain';

import type { Label } from './labels.js';

/** The channels that feed a label of this account, as the baseline servers need them. */
export function channelsOf({ stream, tag, list }: Label, accountId: string): Channel[] {
  switch (stream) {
    case 'user':
      return [channels.home(accountId), channels.notifications(accountId)];
    case 'hashtag':
      return [channels.hashtag(normaliseHashtag(tag ?? ''))];
    case 'list':
      return [channels.list(list ?? '')];
    case 'public:local':
      return [channels.public('local')];
    default:
      return [channels.public()];
  }
}

/** The array that names a label in the frames of a WebSocket: the stream, and its parameter if it has one. */
export function labelKey({ stream, tag, list }: Label): readonly string[] {
  const parameter = tag ?? list;
  return parameter === undefined ? [stream] : [stream, parameter];
}

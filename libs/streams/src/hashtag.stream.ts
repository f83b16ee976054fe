import { channels, hashtag, stream } from '@fedistream/stream-kit';

/**
 * Public statuses with a hashtag, of all servers or of this one. The label keeps the tag as the client wrote it.
 * https://docs.joinmastodon.org/methods/streaming/#hashtag
 */
export const hashtagStream = stream({
  name: ['hashtag', 'hashtag:local'],
  params: { tag: hashtag() },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  closedBy: 'topic-feeds',
  channels: ({ name, params }) => [channels.hashtag(params.tag, name === 'hashtag:local')],
});

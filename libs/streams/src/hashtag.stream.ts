import { channels, hashtag, Stream, type StreamContext, type StreamSource } from '@fedistream/stream-kit';

/**
 * Public statuses with a hashtag, of everybody or of this server. The label keeps the tag as the client wrote it.
 * https://docs.joinmastodon.org/methods/streaming/#hashtag
 */
@Stream({
  name: ['hashtag', 'hashtag:local'],
  params: { tag: hashtag() },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  closedBy: 'topic-feeds',
})
export class HashtagStream implements StreamSource<{ tag: string }> {
  channels({ name, params }: StreamContext<{ tag: string }>) {
    return [channels.hashtag(params.tag, name === 'hashtag:local')];
  }
}

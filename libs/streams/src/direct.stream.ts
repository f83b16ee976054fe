import { channels, Stream, type StreamContext, type StreamSource } from '@fedistream/stream-kit';

/** The viewer's conversations. https://docs.joinmastodon.org/methods/streaming/#direct */
@Stream({
  name: 'direct',
  scopes: ['read', 'read:statuses'],
  audience: 'chosen-by-publisher',
})
export class DirectStream implements StreamSource {
  channels({ viewer }: StreamContext) {
    return [channels.direct(viewer.accountId)];
  }
}

import { channels, Stream, type StreamContext, type StreamSource } from '@fedistream/stream-kit';

/** The viewer's notifications alone. https://docs.joinmastodon.org/methods/streaming/#notification */
@Stream({
  name: 'user:notification',
  scopes: ['read', 'read:notifications'],
  audience: 'chosen-by-publisher',
})
export class NotificationsStream implements StreamSource {
  channels({ viewer }: StreamContext) {
    return [channels.notifications(viewer.accountId)];
  }
}

import { channels, Stream, type StreamContext, type StreamSource } from '@fedistream/stream-kit';

/**
 * Everything that concerns the viewer: the home timeline, and the notifications as far as the token may read them.
 * https://docs.joinmastodon.org/methods/streaming/#user
 */
@Stream({
  name: 'user',
  scopes: ['read', 'read:statuses'],
  audience: 'chosen-by-publisher',
})
export class UserStream implements StreamSource {
  channels({ viewer }: StreamContext) {
    const mayReadNotifications = viewer.scopes.has('read') || viewer.scopes.has('read:notifications');
    return mayReadNotifications
      ? [channels.home(viewer.accountId), channels.notifications(viewer.accountId)]
      : [channels.home(viewer.accountId)];
  }
}

import { channels, stream } from '@fedistream/stream-kit';

/**
 * Everything that concerns the viewer: the home timeline, and the notifications as far as the token may read them.
 * https://docs.joinmastodon.org/methods/streaming/#user
 */
export const user = stream({
  name: 'user',
  scopes: ['read', 'read:statuses'],
  audience: 'chosen-by-publisher',
  channels: ({ viewer: { accountId, scopes } }) =>
    scopes.has('read') || scopes.has('read:notifications')
      ? [channels.home(accountId), channels.notifications(accountId)]
      : [channels.home(accountId)],
});

import { channels, stream } from '@fedistream/stream-kit';

/** The viewer's notifications alone. https://docs.joinmastodon.org/methods/streaming/#notification */
export const notifications = stream({
  name: 'user:notification',
  scopes: ['read', 'read:notifications'],
  audience: 'chosen-by-publisher',
  channels: ({ viewer }) => [channels.notifications(viewer.accountId)],
});

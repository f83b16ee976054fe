import { channels, stream } from '@fedistream/stream-kit';

/** The viewer's conversations. https://docs.joinmastodon.org/methods/streaming/#direct */
export const direct = stream({
  name: 'direct',
  scopes: ['read', 'read:statuses'],
  audience: 'chosen-by-publisher',
  channels: ({ viewer }) => [channels.direct(viewer.accountId)],
});

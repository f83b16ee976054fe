import { channels, Lists, recordId, stream } from '@fedistream/stream-kit';

/** A list's timeline, for its owner. https://docs.joinmastodon.org/methods/streaming/#list */
export const list = stream({
  name: 'list',
  params: { list: recordId() },
  scopes: ['read', 'read:statuses'],
  audience: 'chosen-by-publisher',
  inject: { lists: Lists },
  authorize: ({ viewer, params, deps }) => deps.lists.ownedBy(viewer, params.list),
  channels: ({ params }) => [channels.list(params.list)],
});

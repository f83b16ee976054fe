import { channelFamily, mastodonEvents, recordId, stream } from '@fedistream/stream-kit';

/** One thread: `publisher.publish(threadChannel('42'), 'update', reply)` for a reply, an edit or a deletion in it. */
export const threadChannel = channelFamily('timeline:status:{id}', mastodonEvents);

/** Edits, deletions and replies of one public thread. */
export const status = stream({
  name: 'status',
  params: { id: recordId() },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  channels: ({ params }) => [threadChannel(params.id)],
});

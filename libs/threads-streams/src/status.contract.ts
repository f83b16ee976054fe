import { channelFamily, mastodonEvents } from '@fedistream/stream-kit';

/** One thread: `publisher.publish(threadChannel('42'), 'update', reply)` for a reply, an edit or a deletion in it. */
export const threadChannel = channelFamily('timeline:status:{id}', mastodonEvents);

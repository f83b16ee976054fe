import { channels, Lists, recordId, Stream, type StreamContext, type StreamSource } from '@fedistream/stream-kit';

/** A list's timeline, for its owner. https://docs.joinmastodon.org/methods/streaming/#list */
@Stream({
  name: 'list',
  params: { list: recordId() },
  scopes: ['read', 'read:statuses'],
  audience: 'chosen-by-publisher',
})
export class ListStream implements StreamSource<{ list: string }> {
  constructor(private readonly lists: Lists) {}

  authorize({ viewer, params }: StreamContext<{ list: string }>) {
    return this.lists.ownedBy(viewer, params.list);
  }

  channels({ params }: StreamContext<{ list: string }>) {
    return [channels.list(params.list)];
  }
}

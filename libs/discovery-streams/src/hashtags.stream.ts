import { channels, hashtag, list, normaliseHashtag, optional, stream, StreamingError } from '@fedistream/stream-kit';
import { FirstArrivals } from './first-arrivals.js';

const tags = () => optional(list(hashtag(), { max: 10 }));

/** Public statuses that have any of some hashtags, all of others, and none of others still: each of them once. */
export const hashtags = stream({
  name: 'hashtags',
  params: { any: tags(), all: tags(), none: tags() },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  closedBy: 'topic-feeds',
  // A client that resumes behind the copy of one channel would receive those of the others again.
  replayable: false,
  inject: { arrivals: FirstArrivals },
  channels: ({ params: { any, all } }) => {
    const followed = any ?? all?.slice(0, 1);
    if (followed === undefined) {
      throw new StreamingError('missingParameter', 'Missing any or all parameter');
    }
    return followed.map((tag) => channels.hashtag(tag));
  },
  accepts: (event, { params, deps }) => {
    if (event.name === 'delete') {
      return deps.arrivals.isFirst(params, `delete ${event.payload}`);
    }
    if (event.name !== 'update' && event.name !== 'status.update') {
      return false;
    }
    const present = new Set((event.payload.tags ?? []).map(({ name }) => normaliseHashtag(name)));
    const { any = [...present], all = [], none = [] } = params;
    return (
      any.some((tag) => present.has(tag)) &&
      all.every((tag) => present.has(tag)) &&
      !none.some((tag) => present.has(tag)) &&
      deps.arrivals.isFirst(params, `${event.name} ${event.text ?? ''}`)
    );
  },
});

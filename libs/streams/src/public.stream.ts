import { channels, stream } from '@fedistream/stream-kit';

/**
 * All public statuses, those of this server, or those of all others; each with a variant that has only statuses with
 * media. https://docs.joinmastodon.org/methods/streaming/#public
 */
export const publicStream = stream({
  name: ['public', 'public:local', 'public:remote'],
  flags: { only_media: 'media' },
  scopes: ['read', 'read:statuses'],
  audience: 'per-viewer',
  closedBy: 'live-feeds',
  channels: ({ name }) => {
    const words = name.split(':');
    const origin = (['local', 'remote'] as const).find((word) => words.includes(word));
    return [channels.public(origin, words.includes('media'))];
  },
});

import { channels, normaliseHashtag } from '@fedistream/domain';

import { postOf } from './posts.js';
import { inTurn, upTo } from './spread.js';
import type { Plan, Population } from './plan.js';

/** What people follow: several scripts. */
export const tags = [
  'caturday',
  'fotografie',
  'книги',
  '天文',
  'música',
  'bread',
  'fediverse',
  'μουσική',
  'linux',
  'gardening',
];

/** Everybody listens to one of ten hashtags: each event is due to a tenth. */
export function hashtagPlan({ viewers }: Population, clients: number): Plan {
  const listeners = upTo(clients);
  const clientsOf = tags.map((_, tag) => listeners.filter((client) => client % tags.length === tag));
  return {
    clients: listeners.map((index) => ({
      viewer: inTurn(viewers, index),
      subscriptions: [{ stream: 'hashtag', tag: inTurn(tags, index) }],
    })),
    cycle: tags.length,
    event: (index) => ({
      channel: channels.hashtag(normaliseHashtag(inTurn(tags, index))),
      status: postOf(index).status,
    }),
    due: (index) => inTurn(clientsOf, index),
  };
}

import { channels, normaliseHashtag } from '@fedistream/domain';

import { statusAt } from './statuses.js';
import { roundRobin, range } from './range.js';
import type { Plan, Population } from './plan.js';

/** Ten hashtags in several scripts. */
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

/** Each client listens to one hashtag; an event is due to all listeners of its hashtag. */
export function hashtagPlan({ viewers }: Population, clients: number, hashtags: readonly string[] = tags): Plan {
  const listeners = range(clients);
  const clientsOf = hashtags.map((_, tag) => listeners.filter((client) => client % hashtags.length === tag));
  return {
    clients: listeners.map((index) => ({
      viewer: roundRobin(viewers, index),
      subscriptions: [{ stream: 'hashtag', tag: roundRobin(hashtags, index) }],
    })),
    cycle: hashtags.length,
    event: (index) => ({
      channel: channels.hashtag(normaliseHashtag(roundRobin(hashtags, index))),
      status: statusAt(index).status,
    }),
    due: (index) => roundRobin(clientsOf, index),
  };
}

/** So many hashtags that each has two listeners. */
export function hashtagFewPlan(population: Population, clients: number): Plan {
  const hashtags = range(Math.ceil(clients / 2)).map((index) => `${roundRobin(tags, index)}${index}`);
  return hashtagPlan(population, clients, hashtags);
}

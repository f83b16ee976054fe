import { channels, normaliseHashtag } from '@fedistream/domain';

import { idOf } from '../database/ids.js';
import { tags } from './hashtag.js';
import { statusAt } from './statuses.js';
import { roundRobin, range } from './range.js';
import type { Plan, Population } from './plan.js';

/** Of so many events one is public, one is local, one has a hashtag; the others go to a home or a list. */
const block = 20;
const shared = 3;

/** Each client has one WebSocket with five subscriptions, as Mastodon's web interface with several columns has. */
export function multiplexedPlan({ viewers }: Population, clients: number): Plan {
  // A list belongs to one account; with fewer accounts than clients there would be several listeners to each.
  const all = range(Math.min(clients, viewers.length));
  const ofTag = tags.map((_, tag) => all.filter((client) => client % tags.length === tag));
  const alone = all.map((client) => [client]);
  /** The kind of the event with this index, and the how-manieth of its kind it is. */
  const place = (index: number): { kind: number; turn: number } => {
    const kind = index % block;
    const turn = Math.floor(index / block);
    return { kind, turn: kind < shared ? turn : turn * (block - shared) + kind - shared };
  };
  return {
    clients: all.map((index) => ({
      viewer: roundRobin(viewers, index),
      subscriptions: [
        { stream: 'user' },
        { stream: 'public' },
        { stream: 'public:local' },
        { stream: 'hashtag', tag: roundRobin(tags, index) },
        { stream: 'list', list: idOf('list', index) },
      ],
    })),
    cycle: Math.max(tags.length, Math.ceil((2 * all.length) / (block - shared))) * block,
    event: (index) => {
      const { kind, turn } = place(index);
      const { status } = statusAt(index);
      if (kind === 0) {
        return { channel: channels.public(), status };
      }
      if (kind === 1) {
        return { channel: channels.public('local'), status };
      }
      if (kind === 2) {
        return { channel: channels.hashtag(normaliseHashtag(roundRobin(tags, turn))), status };
      }
      const client = Math.floor(turn / 2) % all.length;
      const home = channels.home(roundRobin(viewers, client).accountId);
      return { channel: turn % 2 === 0 ? home : channels.list(idOf('list', client)), status };
    },
    due: (index) => {
      const { kind, turn } = place(index);
      if (kind < 2) {
        return all;
      }
      return kind === 2 ? roundRobin(ofTag, turn) : roundRobin(alone, Math.floor(turn / 2));
    },
  };
}

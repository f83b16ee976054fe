import { channels, normaliseHashtag } from '@fedistream/domain';

import { idOf } from '../database/ids.js';
import { tags } from './hashtag.js';
import { postOf } from './posts.js';
import { inTurn, upTo } from './spread.js';
import type { Plan, Population } from './plan.js';

/** In each round of this many events one is public, one has a hashtag, the others go to a home or a list. */
const round = 20;

/** Everybody has one WebSocket with four subscriptions, as the web interface with several columns has. */
export function multiplexedPlan({ viewers }: Population, clients: number): Plan {
  // A list belongs to one account; with fewer accounts than clients there would be several listeners to each.
  const everybody = upTo(Math.min(clients, viewers.length));
  const ofTag = tags.map((_, tag) => everybody.filter((client) => client % tags.length === tag));
  const alone = everybody.map((client) => [client]);
  /** The `n`th event to a home or list, and of public and hashtag events alike. */
  const place = (index: number): { kind: number; turn: number } => {
    const kind = index % round;
    const turn = Math.floor(index / round);
    return { kind, turn: kind < 2 ? turn : turn * (round - 2) + kind - 2 };
  };
  return {
    clients: everybody.map((index) => ({
      viewer: inTurn(viewers, index),
      subscriptions: [
        { stream: 'user' },
        { stream: 'public' },
        { stream: 'hashtag', tag: inTurn(tags, index) },
        { stream: 'list', list: idOf('list', index) },
      ],
    })),
    cycle: Math.max(tags.length, Math.ceil((2 * everybody.length) / (round - 2))) * round,
    event: (index) => {
      const { kind, turn } = place(index);
      const { status } = postOf(index);
      if (kind === 0) {
        return { channel: channels.public(), status };
      }
      if (kind === 1) {
        return { channel: channels.hashtag(normaliseHashtag(inTurn(tags, turn))), status };
      }
      const client = Math.floor(turn / 2) % everybody.length;
      const home = channels.home(inTurn(viewers, client).accountId);
      return { channel: turn % 2 === 0 ? home : channels.list(idOf('list', client)), status };
    },
    due: (index) => {
      const { kind, turn } = place(index);
      return kind === 0 ? everybody : kind === 1 ? inTurn(ofTag, turn) : inTurn(alone, Math.floor(turn / 2));
    },
  };
}

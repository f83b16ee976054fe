import { channels } from '@fedistream/domain';

import { receives, relationsOf } from '../database/relations.js';
import { posts, postOf } from './posts.js';
import { inTurn, upTo } from './spread.js';
import type { Plan, Population } from './plan.js';

/** So many events, so that everybody is due one at least. */
const cycle = 32;

/** Everybody listens to the public stream, blocks, mutes, has chosen languages and filters: each event is due to most. */
export function audiencePlan({ choosyViewers }: Population, clients: number): Plan {
  const everybody = upTo(clients);
  const relations = choosyViewers.slice(0, clients).map((_, index) => relationsOf(index));
  const allowed = posts.map((post) => everybody.filter((client) => receives(inTurn(relations, client), post)));
  return {
    clients: everybody.map((index) => ({
      viewer: inTurn(choosyViewers, index),
      subscriptions: [{ stream: 'public' }],
    })),
    cycle,
    event: (index) => ({ channel: channels.public(), status: postOf(index).status }),
    due: (index, rules) => (rules ? inTurn(allowed, index) : everybody),
  };
}

import { channels } from '@fedistream/domain';

import { receives, relationsOf } from '../database/relations.js';
import { statuses, statusAt } from './statuses.js';
import { roundRobin, range } from './range.js';
import type { Plan, Population } from './plan.js';

/** Within so many events each client is due one at least. */
const cycle = 32;

/** Each client listens to the public stream; viewers have blocks, mutes, languages and filters. An event is due to most. */
export function audiencePlan({ relatedViewers }: Population, clients: number): Plan {
  const all = range(clients);
  const relations = relatedViewers.slice(0, clients).map((_, index) => relationsOf(index));
  const allowed = statuses.map((post) => all.filter((client) => receives(roundRobin(relations, client), post)));
  return {
    clients: all.map((index) => ({
      viewer: roundRobin(relatedViewers, index),
      subscriptions: [{ stream: 'public' }],
    })),
    cycle,
    event: (index) => ({ channel: channels.public(), status: statusAt(index).status }),
    due: (index, rules) => (rules ? roundRobin(allowed, index) : all),
  };
}

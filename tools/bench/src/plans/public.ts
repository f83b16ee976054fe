import { channels } from '@fedistream/domain';

import { statusAt } from './statuses.js';
import { roundRobin, range } from './range.js';
import type { Plan, Population } from './plan.js';

/** Each client listens to the public stream and has no relations. An event is due to all clients. */
export function publicPlan({ viewers }: Population, clients: number): Plan {
  const all = range(clients);
  return {
    clients: all.map((index) => ({ viewer: roundRobin(viewers, index), subscriptions: [{ stream: 'public' }] })),
    cycle: 1,
    event: (index) => ({ channel: channels.public(), status: statusAt(index).status }),
    due: () => all,
  };
}

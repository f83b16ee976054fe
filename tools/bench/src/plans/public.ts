import { channels } from '@fedistream/domain';

import { postOf } from './posts.js';
import { inTurn, upTo } from './spread.js';
import type { Plan, Population } from './plan.js';

/** Everybody listens to the public stream and has no relations: each event is due to all. */
export function publicPlan({ viewers }: Population, clients: number): Plan {
  const everybody = upTo(clients);
  return {
    clients: everybody.map((index) => ({ viewer: inTurn(viewers, index), subscriptions: [{ stream: 'public' }] })),
    cycle: 1,
    event: (index) => ({ channel: channels.public(), status: postOf(index).status }),
    due: () => everybody,
  };
}

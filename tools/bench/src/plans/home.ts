import { channels } from '@fedistream/domain';

import { postOf } from './posts.js';
import { inTurn, upTo } from './spread.js';
import type { Plan, Population } from './plan.js';

/** Everybody listens to their own home stream: each event is due to one account, so nothing is shared. */
export function homePlan({ viewers }: Population, clients: number): Plan {
  const listeners = upTo(clients);
  const accounts = viewers.slice(0, clients);
  const clientsOf = accounts.map((_, account) => listeners.filter((client) => client % accounts.length === account));
  return {
    clients: listeners.map((index) => ({ viewer: inTurn(accounts, index), subscriptions: [{ stream: 'user' }] })),
    cycle: accounts.length,
    event: (index) => ({ channel: channels.home(inTurn(accounts, index).accountId), status: postOf(index).status }),
    due: (index) => inTurn(clientsOf, index),
  };
}

import { channels } from '@fedistream/domain';

import { statusAt } from './statuses.js';
import { roundRobin, range } from './range.js';
import type { Plan, Population } from './plan.js';

/** Each client listens to the home stream of another account. An event is due to one account, so clients share nothing. */
export function homePlan({ viewers }: Population, clients: number): Plan {
  const listeners = range(clients);
  const accounts = viewers.slice(0, clients);
  const clientsOf = accounts.map((_, account) => listeners.filter((client) => client % accounts.length === account));
  return {
    clients: listeners.map((index) => ({ viewer: roundRobin(accounts, index), subscriptions: [{ stream: 'user' }] })),
    cycle: accounts.length,
    event: (index) => ({
      channel: channels.home(roundRobin(accounts, index).accountId),
      status: statusAt(index).status,
    }),
    due: (index) => roundRobin(clientsOf, index),
  };
}

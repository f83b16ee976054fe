import { describe, expect, it } from 'vitest';

import { checkDeliveries } from './delivery-check.js';
import { Tally } from './load/tally.js';
import type { Plan } from './plans/plan.js';

/** Event 0 is due to both clients; event 1 to the second only, if the server applies rules. */
const plan: Plan = {
  clients: [],
  cycle: 2,
  event: () => ({ channel: 'timeline:public', status: '' }),
  due: (index, rules) => (rules && index === 1 ? [1] : [0, 1]),
};

function received(...deliveries: [client: number, sequence: number][]) {
  const tally = new Tally({ first: 100, events: 2 }, 2);
  deliveries.forEach(([client, sequence]) => {
    tally.add(client, sequence, 1);
  });
  return tally.result();
}

describe('the check of deliveries', () => {
  const range = { from: 0, events: 2, rules: true };

  it('counts no error when each client has received its due events once', () => {
    expect(checkDeliveries(plan, range, received([0, 100], [1, 100], [1, 101]))).toEqual({ due: 3, lost: 0, extra: 0 });
  });

  it('counts a lost and a forbidden event, although their numbers cancel out', () => {
    expect(checkDeliveries(plan, range, received([0, 100], [0, 101], [1, 101]))).toEqual({ due: 3, lost: 1, extra: 1 });
  });

  it('counts a duplicate as extra', () => {
    const twice = received([0, 100], [1, 100], [1, 101], [1, 101]);
    expect(checkDeliveries(plan, range, twice)).toEqual({ due: 3, lost: 0, extra: 1 });
  });

  it('expects every event at every client of a server without rules', () => {
    const all = received([0, 100], [1, 100], [0, 101], [1, 101]);
    expect(checkDeliveries(plan, { ...range, rules: false }, all)).toEqual({ due: 4, lost: 0, extra: 0 });
  });

  it('ignores events of earlier rounds', () => {
    expect(checkDeliveries(plan, range, received([0, 99], [0, 100], [1, 100], [1, 101]))).toMatchObject({ extra: 0 });
  });
});

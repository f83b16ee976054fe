import { describe, expect, it } from 'vitest';

import { judge } from './oracle.js';
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

describe('the oracle', () => {
  const judged = { from: 0, events: 2, rules: true };

  it('is content when each client has received what was due to it, once', () => {
    expect(judge(plan, judged, received([0, 100], [1, 100], [1, 101]))).toEqual({ due: 3, lost: 0, extra: 0 });
  });

  it('sees what is missing and what was forbidden, even where the numbers agree', () => {
    expect(judge(plan, judged, received([0, 100], [0, 101], [1, 101]))).toEqual({ due: 3, lost: 1, extra: 1 });
  });

  it('sees what came twice', () => {
    const twice = received([0, 100], [1, 100], [1, 101], [1, 101]);
    expect(judge(plan, judged, twice)).toEqual({ due: 3, lost: 0, extra: 1 });
  });

  it('expects everything everywhere from a server without rules', () => {
    const all = received([0, 100], [1, 100], [0, 101], [1, 101]);
    expect(judge(plan, { ...judged, rules: false }, all)).toEqual({ due: 4, lost: 0, extra: 0 });
  });

  it('does not count events of earlier rounds', () => {
    expect(judge(plan, judged, received([0, 99], [0, 100], [1, 100], [1, 101]))).toMatchObject({ extra: 0 });
  });
});

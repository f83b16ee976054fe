import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { AudienceTrial } from './testing/audience-trial.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(1_000 + index));
const disabled = '--- disabled\n';

describe.each([1, 100, 2_000])('with %i viewers', (count) => {
  it('the first status costs two statements, and each after it one', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(ids(count), null);
    chain.publish('update', statusOf());
    await chain.fence();
    expect(trial.store.asked).toEqual(['facts', 'filters']);
    for (let round = 0; round < 10; round++) {
      chain.publish('status.update', statusOf());
      await chain.fence();
    }
    expect(trial.store.asked).toEqual(['facts', 'filters', ...Array.from({ length: 10 }, () => 'facts')]);
    expect(trial.statistics.statements).toBe(12);
  });

  it('a closed feed costs one more', async () => {
    const trial = new AudienceTrial();
    trial.tables.settings.set('local_live_feed_access', disabled);
    const chain = trial.chain(ids(count), 'live-feeds');
    chain.publish('update', statusOf());
    await chain.fence();
    const aboutFence = ['feedAccess'];
    expect(trial.store.asked.toSorted()).toEqual(['facts', 'mayViewClosedFeeds', 'filters', ...aboutFence].toSorted());
  });

  it('a deletion costs one where the feed can be closed, two when it is', async () => {
    const trial = new AudienceTrial();
    await trial.publish(ids(count), '110000000000000001', { name: 'delete', closedBy: null });
    expect(trial.store.asked).toEqual([]);
    const chain = trial.chain(ids(count), 'live-feeds');
    chain.publish('delete', '110000000000000001');
    await chain.fence();
    expect(trial.store.asked).toEqual(['feedAccess', 'feedAccess']);
    trial.tables.settings.set('local_live_feed_access', disabled).set('remote_live_feed_access', disabled);
    await chain.fence();
    expect(trial.store.asked.slice(2)).toEqual(['feedAccess', 'mayViewClosedFeeds']);
  });
});

describe('nothing is asked', () => {
  it('when nobody listens', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    chain.viewers = { accountIds: [], has: () => false };
    chain.publish('update', statusOf());
    chain.publish('delete', '110000000000000001');
    expect(trial.statistics).toMatchObject({ waiting: 2 });
    await vi.waitFor(() => {
      expect(trial.statistics).toMatchObject({ waiting: 0 });
    });
    chain.listen(['5']);
    await chain.fence();
    expect(trial.store.asked).toEqual(['feedAccess']);
  });

  it('about what can reach nobody', async () => {
    const trial = new AudienceTrial();
    await trial.publish(['5'], statusOf({ visibility: 'private' }), { closedBy: null });
    await trial.publish(['5'], 'no status', { closedBy: null });
    expect(trial.store.asked).toEqual([]);
    expect(trial.statistics.dropped).toMatchObject({ visibility: 1, malformed: 1 });
  });

  it('twice about the filters of somebody, by events side by side', async () => {
    const trial = new AudienceTrial();
    const chains = [trial.chain(ids(50)), trial.chain(ids(100))];
    for (let round = 0; round < 10; round++) {
      chains.forEach((chain) => {
        chain.publish('update', statusOf());
      });
    }
    await Promise.all(chains.map((chain) => chain.fence()));
    expect(trial.statistics.filterLoads).toBe(101);
    expect(trial.store.asked.filter((statement) => statement === 'filters')).toHaveLength(2);
  });
});

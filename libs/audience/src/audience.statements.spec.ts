import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import { AudienceHarness } from './testing/audience-harness.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(1_000 + index));
const disabled = '--- disabled\n';

describe.each([1, 100, 2_000])('with %i viewers', (count) => {
  it('takes two look-ups for the first status, and one for each later one', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(ids(count), null);
    pipeline.publish('update', statusOf());
    await pipeline.fence();
    const first = ['facts', 'filters'];
    expect(harness.store.asked).toEqual(first);
    for (let round = 0; round < 10; round++) {
      pipeline.publish('status.update', statusOf());
      await pipeline.fence();
    }
    expect(harness.store.asked).toEqual([...first, ...Array.from({ length: 10 }, () => 'facts')]);
    expect(harness.statistics.statements).toBe(first.length + 10);
  });

  it('takes one look-up more for a closed feed', async () => {
    const harness = new AudienceHarness();
    harness.tables.settings.set('local_live_feed_access', disabled);
    const pipeline = harness.pipeline(ids(count), 'live-feeds');
    pipeline.publish('update', statusOf());
    await pipeline.fence();
    const aboutFence = ['feedAccess'];
    expect(new Set(harness.store.asked)).toEqual(new Set(['facts', 'mayViewClosedFeeds', 'filters', ...aboutFence]));
    expect(harness.store.asked.filter((statement) => statement === 'mayViewClosedFeeds')).toHaveLength(1);
  });

  it('takes no look-up for a deletion, one if settings can close the feed, two if they do', async () => {
    const harness = new AudienceHarness();
    await harness.publish(ids(count), '110000000000000001', { name: 'delete', closedBy: null });
    expect(harness.store.asked).toEqual([]);
    const pipeline = harness.pipeline(ids(count), 'live-feeds');
    pipeline.publish('delete', '110000000000000001');
    await pipeline.fence();
    expect(harness.store.asked).toEqual(['feedAccess', 'feedAccess']);
    harness.tables.settings.set('local_live_feed_access', disabled).set('remote_live_feed_access', disabled);
    await pipeline.fence();
    expect(harness.store.asked.slice(2)).toEqual(['feedAccess', 'mayViewClosedFeeds']);
  });
});

describe('the audience sends no look-up', () => {
  it('when no viewer listens', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    pipeline.viewers = { accountIds: [], has: () => false };
    pipeline.publish('update', statusOf());
    pipeline.publish('delete', '110000000000000001');
    expect(harness.statistics).toMatchObject({ waiting: 2 });
    await vi.waitFor(() => {
      expect(harness.statistics).toMatchObject({ waiting: 0 });
    });
    pipeline.listen(['5']);
    await pipeline.fence();
    expect(harness.store.asked).toEqual(['feedAccess']);
  });

  it('for an event that can reach no viewer', async () => {
    const harness = new AudienceHarness();
    await harness.publish(['5'], statusOf({ visibility: 'private' }), { closedBy: null });
    await harness.publish(['5'], 'no status', { closedBy: null });
    expect(harness.store.asked).toEqual([]);
    expect(harness.statistics.dropped).toMatchObject({ visibility: 1, malformed: 1 });
  });

  it('for filters that a concurrent event is loading', async () => {
    const harness = new AudienceHarness();
    const pipelines = [harness.pipeline(ids(50)), harness.pipeline(ids(100))];
    for (let round = 0; round < 10; round++) {
      pipelines.forEach((pipeline) => {
        pipeline.publish('update', statusOf());
      });
    }
    await Promise.all(pipelines.map((pipeline) => pipeline.fence()));
    expect(harness.statistics.filterLoads).toBe(101);
    expect(harness.store.asked.filter((statement) => statement === 'filters')).toHaveLength(2);
  });
});

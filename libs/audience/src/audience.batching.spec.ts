import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceHarness, idsReceived, publishStatuses } from './testing/audience-harness.js';

Logger.overrideLogger(false);

/** 499 accounts from 5 on; with the harness' own viewer, a pipeline of them has a batch delay of 50 ms. */
const manyViewers = Array.from({ length: 499 }, (_, index) => String(5 + index));

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('on a stream with many listeners', () => {
  it('an event after a pause is emitted at once', async () => {
    const pipeline = new AudienceHarness().pipeline(manyViewers);
    for (const id of [1, 2, 3]) {
      publishStatuses(pipeline, id);
      await pass(0);
      expect(idsReceived(pipeline).at(-1)).toBe(id);
      await pass(50);
    }
  });

  it('events of one turn are emitted together, the first one included', async () => {
    const pipeline = new AudienceHarness().pipeline(manyViewers);
    publishStatuses(pipeline, 1, 2, 3);
    await pass(0);
    expect(idsReceived(pipeline)).toEqual([1, 2, 3]);
  });

  it('events within the batch delay are emitted together, in order', async () => {
    const pipeline = new AudienceHarness().pipeline(manyViewers);
    publishStatuses(pipeline, 1);
    await pass(10);
    publishStatuses(pipeline, 2);
    await pass(10);
    pipeline.publish('delete', '3');
    await pass(29);
    publishStatuses(pipeline, 4);
    expect(idsReceived(pipeline)).toEqual([1]);
    await pass(1);
    expect(idsReceived(pipeline)).toEqual([1, 2, 3, 4]);
  });

  it('a block that is committed during the batch delay hides all events of the batch', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(manyViewers);
    publishStatuses(pipeline, 1);
    await pass(10);
    publishStatuses(pipeline, 2);
    await pass(10);
    harness.tables.blocks.push({ accountId: '5', targetAccountId: '900' });
    publishStatuses(pipeline, 3);
    await pass(50);
    expect(idsReceived(pipeline)).toEqual([1]);
    expect(pipeline.receivedBy('6')).toHaveLength(3);
  });

  it('a batch does not delay other streams', async () => {
    const harness = new AudienceHarness();
    const [busy, other] = [harness.pipeline(manyViewers), harness.pipeline(manyViewers)];
    publishStatuses(busy, 1);
    await pass(10);
    publishStatuses(busy, 2);
    publishStatuses(other, 3);
    await pass(0);
    expect([idsReceived(busy), idsReceived(other)]).toEqual([[1], [3]]);
    await pass(50);
    expect(idsReceived(busy)).toEqual([1, 2]);
  });

  it('events of a batch count towards the limit and the deadline', async () => {
    const harness = new AudienceHarness({ maxQueued: 3, maxWaitMs: 30 });
    const pipeline = harness.pipeline(manyViewers);
    publishStatuses(pipeline, 1);
    await pass(10);
    publishStatuses(pipeline, 2, 3, 4, 5);
    expect(harness.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 1 } });
    await pass(30);
    expect(harness.statistics).toMatchObject({ waiting: 0, dropped: { late: 3 } });
    await pass(50);
    expect(idsReceived(pipeline)).toEqual([1]);
  });

  it('unsubscribing during the batch delay cancels the batch', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(manyViewers);
    publishStatuses(pipeline, 1);
    await pass(10);
    publishStatuses(pipeline, 2);
    pipeline.subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    expect(harness.statistics.waiting).toBe(0);
  });
});

describe('the batch delay', () => {
  /** Publishes two events in succession, and resolves with the time that the second one waits, in ms. */
  async function waitOf(
    listeners: number,
    settings: ConstructorParameters<typeof AudienceHarness>[0],
  ): Promise<number> {
    const accountIds = Array.from({ length: listeners - 1 }, (_, index) => String(5 + index));
    const pipeline = new AudienceHarness(settings).pipeline(accountIds);
    publishStatuses(pipeline, 1);
    await pass(0);
    publishStatuses(pipeline, 2);
    for (let waited = 0; ; waited++) {
      await pass(0);
      if (idsReceived(pipeline).length === 2) {
        return waited;
      }
      await pass(1);
    }
  }

  it.each([
    ['is a tenth of a millisecond for each listener', 300, {}, 30],
    ['is 100 ms at most', 5_000, {}, 100],
    ['is 1 ms for ten listeners', 10, {}, 1],
    ['follows the settings', 300, { batchDelayMsPerListener: 0.2, maxBatchDelayMs: 40 }, 40],
    ['is 0 when batching is turned off', 5_000, { maxBatchDelayMs: 0 }, 0],
  ])('%s', async (_, listeners, settings, waitMs) => {
    expect(await waitOf(listeners, settings)).toBe(waitMs);
  });
});

import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceHarness, type Pipeline } from './testing/audience-harness.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

/** Account 5 and so many others that a pipeline of them gathers for 50 ms. */
const manyViewers = Array.from({ length: 499 }, (_, index) => String(5 + index));

/** The numbers of the statuses and deletions that account 5 has received. */
function numbers(pipeline: Pipeline): number[] {
  return pipeline.receivedBy('5').map((payload) => Number((payload as { id?: string }).id ?? payload));
}

function publish(pipeline: Pipeline, ...ids: number[]): void {
  ids.forEach((id) => {
    pipeline.publish('update', statusOf({ id: String(id) }));
  });
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('where many listen', () => {
  it('an event that comes alone is not kept waiting', async () => {
    const pipeline = new AudienceHarness().pipeline(manyViewers);
    for (const id of [1, 2, 3]) {
      publish(pipeline, id);
      await pass(0);
      expect(numbers(pipeline).at(-1)).toBe(id);
      await pass(50);
    }
  });

  it('events of one turn go together, the first as well', async () => {
    const pipeline = new AudienceHarness().pipeline(manyViewers);
    publish(pipeline, 1, 2, 3);
    await pass(0);
    expect(numbers(pipeline)).toEqual([1, 2, 3]);
  });

  it('those that come soon after it are gathered, and all leave at once, in order', async () => {
    const pipeline = new AudienceHarness().pipeline(manyViewers);
    publish(pipeline, 1);
    await pass(10);
    publish(pipeline, 2);
    await pass(10);
    pipeline.publish('delete', '3');
    await pass(29);
    publish(pipeline, 4);
    expect(numbers(pipeline)).toEqual([1]);
    await pass(1);
    expect(numbers(pipeline)).toEqual([1, 2, 3, 4]);
  });

  it('what is committed while they are gathered holds for all of them', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(manyViewers);
    publish(pipeline, 1);
    await pass(10);
    publish(pipeline, 2);
    await pass(10);
    harness.tables.blocks.push({ accountId: '5', targetAccountId: '900' });
    publish(pipeline, 3);
    await pass(50);
    expect(numbers(pipeline)).toEqual([1]);
    expect(pipeline.receivedBy('6')).toHaveLength(3);
  });

  it('other pipelines do not wait for them', async () => {
    const harness = new AudienceHarness();
    const [busy, other] = [harness.pipeline(manyViewers), harness.pipeline(manyViewers)];
    publish(busy, 1);
    await pass(10);
    publish(busy, 2);
    publish(other, 3);
    await pass(0);
    expect([numbers(busy), numbers(other)]).toEqual([[1], [3]]);
    await pass(50);
    expect(numbers(busy)).toEqual([1, 2]);
  });

  it('they count as waiting, within the bounds, and their time runs', async () => {
    const harness = new AudienceHarness({ maxQueued: 3, maxWaitMs: 30 });
    const pipeline = harness.pipeline(manyViewers);
    publish(pipeline, 1);
    await pass(10);
    publish(pipeline, 2, 3, 4, 5);
    expect(harness.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 1 } });
    await pass(30);
    expect(harness.statistics).toMatchObject({ waiting: 0, dropped: { late: 3 } });
    await pass(50);
    expect(numbers(pipeline)).toEqual([1]);
  });

  it('unsubscribing meanwhile cancels them', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(manyViewers);
    publish(pipeline, 1);
    await pass(10);
    publish(pipeline, 2);
    pipeline.subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    expect(harness.statistics.waiting).toBe(0);
  });
});

describe('how long they are gathered', () => {
  /** How long the second of two events waits that come right after each other. */
  async function waitOf(
    listeners: number,
    settings: ConstructorParameters<typeof AudienceHarness>[0],
  ): Promise<number> {
    const accountIds = Array.from({ length: listeners - 1 }, (_, index) => String(5 + index));
    const pipeline = new AudienceHarness(settings).pipeline(accountIds);
    publish(pipeline, 1);
    await pass(0);
    publish(pipeline, 2);
    for (let waited = 0; ; waited++) {
      await pass(0);
      if (numbers(pipeline).length === 2) {
        return waited;
      }
      await pass(1);
    }
  }

  it.each([
    ['a tenth of a millisecond for each who listens', 300, {}, 30],
    ['100 ms at most', 5_000, {}, 100],
    ['hardly at all where few listen', 10, {}, 1],
    ['as set', 300, { gatherMsPerListener: 0.2, maxGatherMs: 40 }, 40],
    ['not at all, if so set', 5_000, { maxGatherMs: 0 }, 0],
  ])('%s', async (_, listeners, settings, waitMs) => {
    expect(await waitOf(listeners, settings)).toBe(waitMs);
  });
});

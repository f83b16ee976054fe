import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceHarness, type Pipeline } from '../testing/audience-harness.js';
import { statusOf } from '../testing/index.js';

Logger.overrideLogger(false);

const ids = (pipeline: Pipeline, accountId: string) =>
  pipeline.receivedBy(accountId).map((payload) => (payload as { id?: string }).id ?? payload);
const publish = (pipeline: Pipeline, id: string, changes = {}) => {
  pipeline.publish('update', statusOf({ id, ...changes }));
};
const never = () => new Promise<never>(() => undefined);
const after = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });

/** Makes look-ups of filters wait as `wait` says, when they are about this account. */
function delayFiltersOf(harness: AudienceHarness, accountId: string, wait: () => Promise<unknown>): void {
  const filters = harness.store.filters.bind(harness.store);
  harness.store.filters = async (accountIds) => {
    if (accountIds.includes(accountId)) {
      await wait();
    }
    return filters(accountIds);
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A pipeline with the viewers 5, 6 and 7, whose filters are loaded. */
async function warmPipeline(settings: ConstructorParameters<typeof AudienceHarness>[0] = {}) {
  const harness = new AudienceHarness(settings);
  const pipeline = harness.pipeline(['5', '6', '7'], null);
  publish(pipeline, '1');
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(pipeline, '7')).toEqual(['1']);
  return { harness, pipeline };
}

describe('while the filters of one viewer are being loaded', () => {
  it('the other viewers receive events at once, and that viewer receives them in order afterwards', async () => {
    const { harness, pipeline } = await warmPipeline();
    delayFiltersOf(harness, '5', () => after(4_000));
    harness.audience.forget('5');
    publish(pipeline, '2');
    pipeline.publish('delete', '1');
    publish(pipeline, '3');
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(pipeline, '6')).toEqual(['1', '2', '1', '3']);
    expect(ids(pipeline, '5')).toEqual(['1']);
    expect(harness.statistics.waiting).toBe(3);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(ids(pipeline, '5')).toEqual(['1', '2', '1', '3']);
    expect(ids(pipeline, '6')).toEqual(['1', '2', '1', '3']);
    expect(harness.statistics).toMatchObject({ waiting: 0, droppedForViewer: 0 });
  });

  it('viewers that leave meanwhile keep no event from those that stay', async () => {
    const { harness, pipeline } = await warmPipeline();
    for (const accountId of ['5', '6']) {
      delayFiltersOf(harness, accountId, never);
      harness.audience.forget(accountId);
    }
    publish(pipeline, '2');
    await vi.advanceTimersByTimeAsync(0);
    pipeline.listen(['7']);
    pipeline.publish('delete', '1');
    publish(pipeline, '3');
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(pipeline, '7')).toEqual(['1', '2', '1', '3']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a status that exceeds maxWaitMs is dropped for that viewer only, and the deletion after it is emitted', async () => {
    const { harness, pipeline } = await warmPipeline({ maxWaitMs: 3_000 });
    delayFiltersOf(harness, '5', never);
    harness.audience.forget('5');
    publish(pipeline, '2');
    pipeline.publish('delete', '1');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(ids(pipeline, '5')).toEqual(['1', '1']);
    expect(ids(pipeline, '6')).toEqual(['1', '2', '1']);
    expect(harness.statistics).toMatchObject({ waiting: 0, droppedForViewer: 1 });
  });

  it('a status beyond the queue limit is dropped for that viewer only', async () => {
    const { harness, pipeline } = await warmPipeline({ maxQueued: 2 });
    delayFiltersOf(harness, '5', () => after(1_000));
    harness.audience.forget('5');
    for (const id of ['2', '3', '4']) {
      publish(pipeline, id);
      await vi.advanceTimersByTimeAsync(0);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    publish(pipeline, '5');
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(pipeline, '6')).toEqual(['1', '2', '3', '4', '5']);
    expect(ids(pipeline, '5')).toEqual(['1', '2', '3', '5']);
    expect(harness.statistics).toMatchObject({ waiting: 0, droppedForViewer: 1 });
  });

  it('a failed load is retried, and delays that viewer only', async () => {
    const { harness, pipeline } = await warmPipeline();
    let failures = 3;
    delayFiltersOf(harness, '5', () => (failures-- > 0 ? Promise.reject(new Error('cancelled')) : Promise.resolve()));
    harness.audience.forget('5');
    publish(pipeline, '2');
    await vi.advanceTimersByTimeAsync(0);
    harness.audience.forget('6');
    publish(pipeline, '3');
    await vi.advanceTimersByTimeAsync(0);
    expect(ids(pipeline, '6')).toEqual(['1', '2', '3']);
    expect(ids(pipeline, '5')).toEqual(['1']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ids(pipeline, '5')).toEqual(['1', '2', '3']);
  });

  it('held events are released when that viewer leaves', async () => {
    const { harness, pipeline } = await warmPipeline();
    delayFiltersOf(harness, '5', () => after(1_000));
    harness.audience.forget('5');
    publish(pipeline, '2');
    await vi.advanceTimersByTimeAsync(0);
    pipeline.listen(['6', '7']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ids(pipeline, '5')).toEqual(['1']);
    expect(harness.statistics.waiting).toBe(0);
  });

  it('unsubscribing cancels held events', async () => {
    const { harness, pipeline } = await warmPipeline();
    delayFiltersOf(harness, '5', never);
    harness.audience.forget('5');
    publish(pipeline, '2');
    await vi.advanceTimersByTimeAsync(0);
    pipeline.subscription.unsubscribe();
    expect(harness.statistics).toMatchObject({ waiting: 0, waitingBytes: 0 });
  });

  it('a stream that ends completes after its last event', async () => {
    const { harness, pipeline } = await warmPipeline();
    delayFiltersOf(harness, '5', () => after(1_000));
    harness.audience.forget('5');
    publish(pipeline, '2');
    pipeline.events.complete();
    await vi.advanceTimersByTimeAsync(500);
    expect(pipeline.completed).toBe(false);
    await vi.advanceTimersByTimeAsync(500);
    expect(ids(pipeline, '5')).toEqual(['1', '2']);
    expect(pipeline.completed).toBe(true);
  });
});

it('loads the filters of an account beyond the bounds in a look-up of its own, so that no other viewer waits for them', async () => {
  const harness = new AudienceHarness();
  const keywords = Array.from({ length: 2_000 }, (_, index) => ({ keyword: `word${index}`, wholeWord: true }));
  harness.tables.filters.push({
    accountId: '5',
    id: '1',
    title: 'Many',
    context: ['public'],
    expiresAt: null,
    action: 'warn',
    keywords,
    statusIds: [],
  });
  const pipeline = harness.pipeline(['5', '6'], null);
  publish(pipeline, '1');
  await vi.advanceTimersByTimeAsync(0);
  expect(harness.statistics.keywords).toBe(1_000);
  delayFiltersOf(harness, '5', () => after(1_000));
  harness.audience.forget('5');
  harness.audience.forget('6');
  publish(pipeline, '2');
  await vi.advanceTimersByTimeAsync(0);
  expect(ids(pipeline, '6')).toEqual(['1', '2']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ids(pipeline, '5')).toEqual(['1', '2']);
});

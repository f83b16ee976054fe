import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceHarness, idsReceived, publishStatuses } from './testing/audience-harness.js';
import { statusOf, type Statement } from './testing/index.js';

Logger.overrideLogger(false);

const fail = () => Promise.reject(new Error('the database is down'));

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('while the store is down', () => {
  it('events wait, and are emitted in order when it is back', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    harness.store.beforeAnswering = fail;
    publishStatuses(pipeline, 1, 2);
    pipeline.publish('delete', '3');
    publishStatuses(pipeline, 4);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(idsReceived(pipeline)).toEqual([]);
    expect(harness.statistics.waiting).toBe(4);
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(idsReceived(pipeline)).toEqual([1, 2, 3, 4]);
    expect(harness.statistics).toMatchObject({ waiting: 0, dropped: { late: 0, error: 0 } });
  });

  it('an event without a decision in time is dropped and counted, and later ones have their own deadline', async () => {
    const harness = new AudienceHarness({ maxWaitMs: 10_000 });
    const pipeline = harness.pipeline(['5']);
    harness.store.beforeAnswering = fail;
    publishStatuses(pipeline, 1);
    await vi.advanceTimersByTimeAsync(6_000);
    pipeline.publish('delete', '2');
    await vi.advanceTimersByTimeAsync(5_000);
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(idsReceived(pipeline)).toEqual([2]);
    expect(harness.statistics.dropped.late).toBe(1);
  });

  it.each<Statement>(['facts', 'mayViewClosedFeeds', 'filters'])(
    'no event is emitted without the look-up %s',
    async (missing) => {
      const harness = new AudienceHarness();
      harness.tables.settings.set('local_live_feed_access', 'disabled');
      harness.tables.users.push({ id: '15', accountId: '5', chosenLanguages: null, roleId: '3' });
      const pipeline = harness.pipeline(['5']);
      harness.store.beforeAnswering = (statement) => (statement === missing ? fail() : undefined);
      publishStatuses(pipeline, 1);
      await vi.advanceTimersByTimeAsync(9_000);
      expect(pipeline.selections).toEqual([]);
      expect(harness.store.asked).toContain(missing);
      harness.store.beforeAnswering = () => undefined;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(idsReceived(pipeline)).toEqual([1]);
    },
  );

  it('a few events retry their look-ups with back-off, the others send none', async () => {
    const harness = new AudienceHarness({ concurrency: 2, maxWaitMs: 60_000 });
    const pipeline = harness.pipeline(['5']);
    harness.store.beforeAnswering = fail;
    publishStatuses(pipeline, ...Array.from({ length: 500 }, (_, id) => id));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(harness.store.asked.length).toBeGreaterThan(2 * 9);
    expect(harness.store.asked.length).toBeLessThan(2 * 30);
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(idsReceived(pipeline)).toHaveLength(500);
  });

  it('a viewer who joins after a decision began does not receive its event', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    harness.tables.blocks.push({ accountId: '6', targetAccountId: '900' });
    harness.store.beforeAnswering = fail;
    publishStatuses(pipeline, 1);
    await vi.advanceTimersByTimeAsync(3_000);
    pipeline.listen(['5', '6', '7']);
    harness.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 500));
    await vi.advanceTimersByTimeAsync(1_200);
    pipeline.listen(['5', '6', '7', '8']);
    await vi.advanceTimersByTimeAsync(3_000);
    const [selection] = pipeline.selections;
    expect(['5', '6', '7', '8'].filter((id) => selection?.for(id))).toEqual(['5', '7']);
  });
});

describe('an event beyond the limit', () => {
  it('of a stream is dropped and counted; waiting events are kept', async () => {
    const harness = new AudienceHarness({ maxQueued: 3 });
    const [full, other] = [harness.pipeline(['5']), harness.pipeline(['5'])];
    harness.store.beforeAnswering = fail;
    publishStatuses(full, 1, 2, 3, 4, 5);
    publishStatuses(other, 6);
    expect(harness.statistics).toMatchObject({ waiting: 4, dropped: { overflow: 2 } });
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    publishStatuses(full, 7);
    await vi.advanceTimersByTimeAsync(0);
    expect(idsReceived(full)).toEqual([1, 2, 3, 7]);
    expect(idsReceived(other)).toEqual([6]);
  });

  it.each([null, 'live-feeds'] as const)(
    'of statuses does not drop deletions, which have a limit of their own (closedBy %s)',
    async (closedBy) => {
      const harness = new AudienceHarness({ maxQueued: 3, maxQueuedOverall: 3 });
      const [full, other] = [harness.pipeline(['5'], closedBy), harness.pipeline(['5'], 'topic-feeds')];
      harness.store.beforeAnswering = fail;
      publishStatuses(full, 1, 2, 3, 4);
      full.publish('delete', '3');
      full.publish('delete', '2');
      other.publish('delete', '9');
      expect(harness.statistics).toMatchObject({ waiting: 6, dropped: { overflow: 1 } });
      harness.store.beforeAnswering = () => undefined;
      await vi.advanceTimersByTimeAsync(2_000);
      expect(idsReceived(full)).toEqual([1, 2, 3, 3, 2]);
      expect(idsReceived(other)).toEqual([9]);
      expect(harness.statistics).toMatchObject({ waiting: 0, waitingBytes: 0 });
    },
  );

  it('of deletions is dropped and counted', async () => {
    const harness = new AudienceHarness({ maxQueued: 3 });
    const pipeline = harness.pipeline(['5']);
    harness.store.beforeAnswering = fail;
    for (const id of ['1', '2', '3', '4']) {
      pipeline.publish('delete', id);
    }
    expect(harness.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 1 } });
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(idsReceived(pipeline)).toEqual([1, 2, 3]);
  });

  it('in bytes is dropped and counted', async () => {
    const harness = new AudienceHarness({ maxQueuedBytes: 10_000 });
    const [one, other] = [harness.pipeline(['5']), harness.pipeline(['5'])];
    harness.store.beforeAnswering = fail;
    const long = (id: number) => statusOf({ id: String(id), content: 'x'.repeat(4_000) });
    one.publish('update', long(1));
    other.publish('update', long(2));
    one.publish('update', long(3));
    other.publish('delete', '1');
    expect(harness.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 1 } });
    expect(harness.statistics.waitingBytes).toBeGreaterThan(8_000);
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect([idsReceived(one), idsReceived(other)]).toEqual([[1], [2, 1]]);
    expect(harness.statistics).toMatchObject({ waiting: 0, waitingBytes: 0 });
  });

  it('of the process is still emitted if it need not wait', () => {
    const harness = new AudienceHarness({ maxQueuedOverall: 2 });
    const [waiting, idle] = [harness.pipeline(['5'], null), harness.pipeline(['5'], null)];
    harness.store.beforeAnswering = fail;
    publishStatuses(waiting, 1, 2);
    idle.publish('delete', '3');
    expect(idsReceived(idle)).toEqual([3]);
    expect(harness.statistics).toMatchObject({ waiting: 2, dropped: { overflow: 0 } });
    waiting.subscription.unsubscribe();
  });

  it('of the process is dropped and counted', async () => {
    const harness = new AudienceHarness({ maxQueuedOverall: 2 });
    const pipelines = [harness.pipeline(['5']), harness.pipeline(['5']), harness.pipeline(['5'])];
    harness.store.beforeAnswering = fail;
    pipelines.forEach((pipeline, index) => {
      publishStatuses(pipeline, index);
    });
    expect(harness.statistics).toMatchObject({ waiting: 2, dropped: { overflow: 1 } });
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(pipelines.map(idsReceived)).toEqual([[0], [1], []]);
    expect(harness.statistics.waiting).toBe(0);
  });
});

describe('a rule that throws', () => {
  it('drops its event, counts it, and affects no other event', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    const facts = harness.store.facts.bind(harness.store);
    let calls = 0;
    harness.store.facts = (question) =>
      calls++ === 1 ? Promise.resolve({ ...question, feedAccess: undefined } as never) : facts(question);
    publishStatuses(pipeline, 1, 2, 3);
    await vi.advanceTimersByTimeAsync(0);
    expect(idsReceived(pipeline)).toEqual([1, 3]);
    expect(harness.statistics.dropped.error).toBe(1);
  });

  it('before the first look-up drops its event, too', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5'], null);
    const bad = {
      name: 'update',
      get payload() {
        throw new Error('no');
      },
    };
    pipeline.events.next(bad as never);
    publishStatuses(pipeline, 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(idsReceived(pipeline)).toEqual([1]);
    expect(harness.statistics.dropped.error).toBe(1);
  });
});

describe('a subscriber that unsubscribes', () => {
  it('cancels all waiting events: no timer, look-up or event remains', async () => {
    const harness = new AudienceHarness({ concurrency: 2 });
    const pipeline = harness.pipeline(['5']);
    harness.store.beforeAnswering = fail;
    publishStatuses(pipeline, 1, 2, 3, 4);
    await vi.advanceTimersByTimeAsync(1_000);
    pipeline.subscription.unsubscribe();
    expect(harness.statistics.waiting).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    const asked = harness.store.asked.length;
    harness.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(harness.store.asked).toHaveLength(asked);
    expect(pipeline.selections).toEqual([]);
    expect(Object.values(harness.statistics.dropped)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('while a look-up runs does not receive its event', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    harness.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 500));
    publishStatuses(pipeline, 1);
    await vi.advanceTimersByTimeAsync(100);
    pipeline.subscription.unsubscribe();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pipeline.selections).toEqual([]);
    expect(harness.statistics.waiting).toBe(0);
  });

  it('while it receives an event receives no further one', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    let received = 0;
    const subscription = harness.audience
      .select(pipeline.events, () => pipeline.viewers, { closedBy: 'live-feeds' })
      .subscribe(() => {
        received++;
        subscription.unsubscribe();
      });
    publishStatuses(pipeline, 1, 2, 3);
    await vi.advanceTimersByTimeAsync(0);
    expect(received).toBe(1);
    expect(idsReceived(pipeline)).toEqual([1, 2, 3]);
    expect(harness.statistics.waiting).toBe(0);
  });
});

it('the output completes after the last event of a completed source', async () => {
  const harness = new AudienceHarness();
  const pipeline = harness.pipeline(['5']);
  harness.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 500));
  publishStatuses(pipeline, 1, 2);
  pipeline.events.complete();
  expect(pipeline.completed).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(idsReceived(pipeline)).toEqual([1, 2]);
  expect(pipeline.completed).toBe(true);
});

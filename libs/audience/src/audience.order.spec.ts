import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceHarness, idsReceived, publishStatuses } from './testing/audience-harness.js';

Logger.overrideLogger(false);

const failAfter = (ms: number) =>
  new Promise<never>((_, reject) => {
    setTimeout(() => {
      reject(new Error(`no answer within ${ms} ms`));
    }, ms);
  });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('order', () => {
  it('is kept when the first look-up takes longest: a deletion waits behind its status', async () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5']);
    let delay = 1_000;
    harness.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, (delay -= 100)));
    publishStatuses(pipeline, 1, 2, 3);
    pipeline.publish('delete', '4');
    publishStatuses(pipeline, 5);
    await vi.advanceTimersByTimeAsync(850);
    expect(idsReceived(pipeline)).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(idsReceived(pipeline)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is kept with random delays, failures and bounds', async () => {
    vi.useRealTimers();
    const delays = fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 5 }), async (turnsOf, concurrency) => {
        const harness = new AudienceHarness({ concurrency, maxRetryPauseMs: 0 });
        const pipelines = [
          harness.pipeline(['5']),
          harness.pipeline(['5'], 'topic-feeds'),
          harness.pipeline(['5'], null),
        ];
        harness.store.beforeAnswering = async () => {
          const turns = turnsOf.shift() ?? 0;
          if (turns < 0) {
            throw new Error('no');
          }
          for (let turn = 0; turn < turns; turn++) {
            await new Promise((resolve) => setImmediate(resolve));
          }
        };
        for (let id = 0; id < 30; id++) {
          const pipeline = pipelines[id % 3]!;
          if (id % 4 === 3) {
            pipeline.publish('delete', String(id));
          } else {
            publishStatuses(pipeline, id);
          }
        }
        await Promise.all(pipelines.map((pipeline) => pipeline.fence()));
        pipelines.forEach((pipeline, remainder) => {
          expect(idsReceived(pipeline)).toEqual(Array.from({ length: 10 }, (_, index) => index * 3 + remainder));
        });
      }),
      { numRuns: 50 },
    );
    vi.useFakeTimers();
  });

  it('is kept when a subscriber publishes an event while it receives one', () => {
    const harness = new AudienceHarness();
    const pipeline = harness.pipeline(['5'], null);
    const order: string[] = [];
    pipeline.subscription.unsubscribe();
    harness.audience
      .select(pipeline.events, () => pipeline.viewers)
      .subscribe((selection) => {
        const text = selection.for('5')?.text ?? '';
        if (text === '1') {
          pipeline.publish('delete', '2');
        }
        order.push(text);
      });
    pipeline.publish('delete', '1');
    pipeline.publish('delete', '3');
    expect(order).toEqual(['1', '2', '3']);
  });

  it('of one stream does not delay another stream', async () => {
    const harness = new AudienceHarness();
    const [held, free] = [harness.pipeline(['5']), harness.pipeline(['5'])];
    let calls = 0;
    harness.store.beforeAnswering = () => (calls++ === 0 ? failAfter(5_000) : undefined);
    publishStatuses(held, 1, 2);
    publishStatuses(free, 3, 4);
    free.publish('delete', '5');
    await vi.advanceTimersByTimeAsync(0);
    expect(idsReceived(free)).toEqual([3, 4, 5]);
    expect(idsReceived(held)).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(idsReceived(held)).toEqual([1, 2]);
  });
});

import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceTrial, type Chain } from './testing/audience-trial.js';
import { statusOf } from './testing/index.js';

Logger.overrideLogger(false);

const never = () => new Promise<never>(() => undefined);

/** The numbers of the statuses and deletions that account 5 has received. */
function numbers(chain: Chain): number[] {
  return chain.receivedBy('5').map((payload) => Number((payload as { id?: string }).id ?? payload));
}

function publish(chain: Chain, ...ids: number[]): void {
  ids.forEach((id) => {
    chain.publish('update', statusOf({ id: String(id) }));
  });
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('order', () => {
  it('is kept when the first look-up takes longest, and a deletion waits behind its status', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    let delay = 1_000;
    trial.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, (delay -= 100)));
    publish(chain, 1, 2, 3);
    chain.publish('delete', '4');
    publish(chain, 5);
    await vi.advanceTimersByTimeAsync(850);
    expect(numbers(chain)).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(numbers(chain)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is kept with random delays, failures and bounds', async () => {
    vi.useRealTimers();
    const moods = fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        moods,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        async (mood, concurrency, maxConcurrentStatements) => {
          const trial = new AudienceTrial({ concurrency, maxConcurrentStatements, maxRetryPauseMs: 0 });
          const chains = [trial.chain(['5']), trial.chain(['5'], 'topic-feeds'), trial.chain(['5'], null)];
          trial.store.beforeAnswering = async () => {
            const turns = mood.shift() ?? 0;
            if (turns < 0) {
              throw new Error('no');
            }
            for (let turn = 0; turn < turns; turn++) {
              await new Promise((resolve) => setImmediate(resolve));
            }
          };
          for (let id = 0; id < 30; id++) {
            const chain = chains[id % 3]!;
            if (id % 4 === 3) {
              chain.publish('delete', String(id));
            } else {
              publish(chain, id);
            }
          }
          await Promise.all(chains.map((chain) => chain.fence()));
          chains.forEach((chain, remainder) => {
            expect(numbers(chain)).toEqual(Array.from({ length: 10 }, (_, index) => index * 3 + remainder));
          });
        },
      ),
      { numRuns: 50 },
    );
    vi.useFakeTimers();
  });

  it('is kept when a receiver causes the next event', () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5'], null);
    const order: string[] = [];
    chain.subscription.unsubscribe();
    trial.audience
      .select(chain.events, () => chain.viewers)
      .subscribe((selection) => {
        const text = selection.for('5')?.text ?? '';
        if (text === '1') {
          chain.publish('delete', '2');
        }
        order.push(text);
      });
    chain.publish('delete', '1');
    chain.publish('delete', '3');
    expect(order).toEqual(['1', '2', '3']);
  });

  it('of one chain does not hold up another', async () => {
    const trial = new AudienceTrial();
    const [held, free] = [trial.chain(['5']), trial.chain(['5'])];
    let calls = 0;
    trial.store.beforeAnswering = () => (calls++ === 0 ? never() : undefined);
    publish(held, 1, 2);
    publish(free, 3, 4);
    free.publish('delete', '5');
    await vi.advanceTimersByTimeAsync(0);
    expect(numbers(free)).toEqual([3, 4, 5]);
    expect(numbers(held)).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(numbers(held)).toEqual([1, 2]);
  });
});

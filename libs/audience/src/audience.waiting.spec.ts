import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceTrial, type Chain } from './testing/audience-trial.js';
import { statusOf, type Statement } from './testing/index.js';

Logger.overrideLogger(false);

const never = () => new Promise<never>(() => undefined);
const fail = () => Promise.reject(new Error('the database is down'));

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

describe('while the store is down', () => {
  it('events wait, and all go on by themselves when it is back', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = fail;
    publish(chain, 1, 2);
    chain.publish('delete', '3');
    publish(chain, 4);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(numbers(chain)).toEqual([]);
    expect(trial.statistics.waiting).toBe(4);
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(numbers(chain)).toEqual([1, 2, 3, 4]);
    expect(trial.statistics).toMatchObject({ waiting: 0, dropped: { late: 0, error: 0 } });
  });

  it('an event that finds no decision in time is dropped and counted, and the next ones have their own time', async () => {
    const trial = new AudienceTrial({ maxWaitMs: 10_000 });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = fail;
    publish(chain, 1);
    await vi.advanceTimersByTimeAsync(6_000);
    chain.publish('delete', '2');
    await vi.advanceTimersByTimeAsync(5_000);
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(numbers(chain)).toEqual([2]);
    expect(trial.statistics.dropped.late).toBe(1);
  });

  it.each<Statement>(['facts', 'mayViewClosedFeeds', 'filters'])('nothing is let out without %s', async (missing) => {
    const trial = new AudienceTrial();
    trial.tables.settings.set('local_live_feed_access', 'disabled');
    trial.tables.users.push({ id: '15', accountId: '5', chosenLanguages: null, roleId: '3' });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = (statement) => (statement === missing ? fail() : undefined);
    publish(chain, 1);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(chain.selections).toEqual([]);
    expect(trial.store.asked).toContain(missing);
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(numbers(chain)).toEqual([1]);
  });

  it('it is asked again at growing distances, by a few events only', async () => {
    const trial = new AudienceTrial({ concurrency: 2, maxWaitMs: 60_000 });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = fail;
    publish(chain, ...Array.from({ length: 500 }, (_, id) => id));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(trial.store.asked.length).toBeGreaterThan(2 * 9);
    expect(trial.store.asked.length).toBeLessThan(2 * 30);
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(numbers(chain)).toHaveLength(500);
  });

  it('a statement that hangs is given up and asked again', async () => {
    const trial = new AudienceTrial({ statementTimeoutMs: 2_000, maxConcurrentStatements: 1 });
    const chain = trial.chain(['5']);
    let calls = 0;
    trial.store.beforeAnswering = () => (calls++ < 2 ? never() : undefined);
    publish(chain, 1, 2);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(numbers(chain)).toEqual([1, 2]);
    expect(trial.statistics.statementsFailed).toBeGreaterThanOrEqual(2);
  });

  it('statements that wait for their turn too long are never asked, so that fresh ones come first afterwards', async () => {
    const trial = new AudienceTrial({
      statementTimeoutMs: 2_000,
      maxConcurrentStatements: 1,
      maxWaitMs: 5_000,
      concurrency: 3,
    });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = never;
    publish(chain, ...Array.from({ length: 100 }, (_, id) => id));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(trial.statistics.dropped.late).toBe(100);
    const asked = trial.store.asked.length;
    trial.store.beforeAnswering = () => undefined;
    publish(chain, 1_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(numbers(chain)).toEqual([1_000]);
    expect(trial.store.asked.length - asked).toBeLessThan(5);
  });

  it('no more statements than allowed wait for their turn', async () => {
    const trial = new AudienceTrial({ maxConcurrentStatements: 1, maxQueuedStatements: 2, maxRetryPauseMs: 100 });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 50));
    publish(chain, 1, 2, 3, 4, 5, 6, 7, 8);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(trial.statistics.statementsFailed).toBeGreaterThan(0);
    expect(numbers(chain)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('nobody receives what was decided without them', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    trial.tables.blocks.push({ accountId: '6', targetAccountId: '900' });
    trial.store.beforeAnswering = fail;
    publish(chain, 1);
    await vi.advanceTimersByTimeAsync(3_000);
    chain.listen(['5', '6', '7']);
    trial.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 500));
    await vi.advanceTimersByTimeAsync(1_200);
    chain.listen(['5', '6', '7', '8']);
    await vi.advanceTimersByTimeAsync(3_000);
    const [selection] = chain.selections;
    expect(['5', '6', '7', '8'].filter((id) => selection?.for(id))).toEqual(['5', '7']);
  });
});

describe('what does not fit', () => {
  it('into a chain is dropped and counted; what waits is not', async () => {
    const trial = new AudienceTrial({ maxQueued: 3 });
    const [full, other] = [trial.chain(['5']), trial.chain(['5'])];
    trial.store.beforeAnswering = fail;
    publish(full, 1, 2, 3, 4, 5);
    publish(other, 6);
    expect(trial.statistics).toMatchObject({ waiting: 4, dropped: { overflow: 2 } });
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    publish(full, 7);
    await vi.advanceTimersByTimeAsync(0);
    expect(numbers(full)).toEqual([1, 2, 3, 7]);
    expect(numbers(other)).toEqual([6]);
  });

  it('into a chain goes before a deletion that waits for nothing but its turn', async () => {
    const trial = new AudienceTrial({ maxQueued: 3 });
    const chain = trial.chain(['5'], null);
    trial.store.beforeAnswering = fail;
    publish(chain, 1, 2, 3);
    chain.publish('delete', '3');
    expect(trial.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 1 } });
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(numbers(chain)).toEqual([2, 3, 3]);
  });

  it('into a chain goes before a deletion, which takes back what has not been dropped', async () => {
    const trial = new AudienceTrial({ maxQueued: 3 });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = fail;
    publish(chain, 1, 2, 3);
    chain.publish('delete', 'of 3');
    chain.publish('delete', 'of 2');
    expect(trial.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 2 } });
    chain.publish('delete', 'of 1');
    chain.publish('delete', 'of 0');
    publish(chain, 4);
    expect(trial.statistics).toMatchObject({ waiting: 3, dropped: { overflow: 5 } });
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(chain.receivedBy('5')).toEqual(['of 3', 'of 2', 'of 1']);
    expect(trial.statistics.waiting).toBe(0);
    publish(chain, 5);
    await vi.advanceTimersByTimeAsync(0);
    expect(chain.receivedBy('5')).toHaveLength(4);
  });

  it('into the process leaves room for what waits for nothing', () => {
    const trial = new AudienceTrial({ maxQueuedOverall: 2 });
    const [waiting, idle] = [trial.chain(['5'], null), trial.chain(['5'], null)];
    trial.store.beforeAnswering = fail;
    publish(waiting, 1, 2);
    idle.publish('weather', 'fine');
    waiting.publish('weather', 'fine');
    expect(idle.receivedBy('5')).toEqual(['fine']);
    expect(waiting.receivedBy('5')).toEqual([]);
    expect(trial.statistics).toMatchObject({ waiting: 2, dropped: { overflow: 1 } });
    waiting.subscription.unsubscribe();
  });

  it('into the process is dropped and counted', async () => {
    const trial = new AudienceTrial({ maxQueuedOverall: 2 });
    const chains = [trial.chain(['5']), trial.chain(['5']), trial.chain(['5'])];
    trial.store.beforeAnswering = fail;
    chains.forEach((chain, index) => {
      publish(chain, index);
    });
    expect(trial.statistics).toMatchObject({ waiting: 2, dropped: { overflow: 1 } });
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(chains.map(numbers)).toEqual([[0], [1], []]);
    expect(trial.statistics.waiting).toBe(0);
  });
});

describe('a rule that throws', () => {
  it('drops that event, counts it, and disturbs no other', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    const facts = trial.store.facts.bind(trial.store);
    let calls = 0;
    trial.store.facts = (question) =>
      calls++ === 1 ? Promise.resolve({ ...question, feedAccess: undefined } as never) : facts(question);
    publish(chain, 1, 2, 3);
    await vi.advanceTimersByTimeAsync(0);
    expect(numbers(chain)).toEqual([1, 3]);
    expect(trial.statistics.dropped.error).toBe(1);
  });

  it('before anything is asked does so, too', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5'], null);
    const bad = {
      name: 'update',
      get payload() {
        throw new Error('no');
      },
    };
    chain.events.next(bad as never);
    publish(chain, 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(numbers(chain)).toEqual([1]);
    expect(trial.statistics.dropped.error).toBe(1);
  });
});

describe('who leaves', () => {
  it('cancels all that waits: no timer, no statement, no event', async () => {
    const trial = new AudienceTrial({ concurrency: 2 });
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = fail;
    publish(chain, 1, 2, 3, 4);
    await vi.advanceTimersByTimeAsync(1_000);
    chain.subscription.unsubscribe();
    expect(trial.statistics.waiting).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    const asked = trial.store.asked.length;
    trial.store.beforeAnswering = () => undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(trial.store.asked).toHaveLength(asked);
    expect(chain.selections).toEqual([]);
    expect(trial.statistics.dropped).toEqual({ visibility: 0, malformed: 0, overflow: 0, late: 0, error: 0 });
  });

  it('while a statement runs receives nothing of it', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 500));
    publish(chain, 1);
    await vi.advanceTimersByTimeAsync(100);
    chain.subscription.unsubscribe();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(chain.selections).toEqual([]);
    expect(trial.statistics.waiting).toBe(0);
  });

  it('in the middle of a delivery receives no more', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    let received = 0;
    const subscription = trial.audience
      .select(chain.events, () => chain.viewers, { closedBy: 'live-feeds' })
      .subscribe(() => {
        received++;
        subscription.unsubscribe();
      });
    publish(chain, 1, 2, 3);
    await vi.advanceTimersByTimeAsync(0);
    expect(received).toBe(1);
    expect(numbers(chain)).toEqual([1, 2, 3]);
    expect(trial.statistics.waiting).toBe(0);
  });

  it('does not end the others; and what ends by itself ends after its last event', async () => {
    const trial = new AudienceTrial();
    const chain = trial.chain(['5']);
    trial.store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 500));
    publish(chain, 1, 2);
    chain.events.complete();
    expect(chain.completed).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(numbers(chain)).toEqual([1, 2]);
    expect(chain.completed).toBe(true);
  });
});

import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { BoundedStore, StoreUnavailable } from './bounded-store.js';
import { MemoryAudienceStore } from './testing/index.js';

Logger.overrideLogger(false);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function open(settings: Partial<AudienceSettings> = {}) {
  const store = new MemoryAudienceStore();
  const statistics = new AudienceStatistics();
  return { store, statistics, bounded: new BoundedStore(store, new AudienceSettings(settings), statistics) };
}

/** What became of each call so far. */
function outcomes(calls: readonly Promise<unknown>[]): string[] {
  const states = calls.map(() => 'waits');
  calls.forEach((call, index) => {
    call.then(
      () => (states[index] = 'answered'),
      (error: unknown) => (states[index] = error instanceof StoreUnavailable ? error.message : 'another error'),
    );
  });
  return states;
}

describe('the bounded store', () => {
  it('asks so many statements at a time', async () => {
    const { store, bounded, statistics } = open({ maxConcurrentStatements: 2 });
    store.beforeAnswering = () => new Promise((resolve) => setTimeout(resolve, 100));
    const states = outcomes([1, 2, 3, 4, 5].map(() => bounded.feedAccess()));
    await vi.advanceTimersByTimeAsync(50);
    expect(store.asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(store.asked).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(200);
    expect(states).toEqual(['answered', 'answered', 'answered', 'answered', 'answered']);
    expect(statistics).toMatchObject({ statements: 5, statementsFailed: 0 });
  });

  it('fails when there is no answer in time, and does not ask what is late before its turn', async () => {
    const { store, bounded, statistics } = open({ maxConcurrentStatements: 1, statementTimeoutMs: 2_000 });
    store.beforeAnswering = () => new Promise<never>(() => undefined);
    const states = outcomes([1, 2, 3, 4].map(() => bounded.filters(['5'])));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(states).toEqual(['waits', 'waits', 'waits', 'waits']);
    await vi.advanceTimersByTimeAsync(1);
    expect(states.every((state) => /no answer within 2000 ms|too long a wait/.test(state))).toBe(true);
    expect(store.asked).toHaveLength(1);
    expect(statistics).toMatchObject({ statements: 1, statementsFailed: 4 });
  });

  it('fails as it is, whatever the store throws, and however', async () => {
    const { store, bounded } = open();
    store.filters = () => {
      throw new Error('at once');
    };
    store.feedAccess = () => Promise.reject(new Error('later'));
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what drivers may do
    store.mayViewClosedFeeds = () => Promise.reject('no error');
    const viewers = { accountIds: [], has: () => false };
    const states = outcomes([bounded.filters([]), bounded.feedAccess(), bounded.mayViewClosedFeeds(viewers)]);
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(['at once', 'later', 'no error']);
  });
});

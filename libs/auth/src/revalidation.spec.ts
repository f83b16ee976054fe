import { Logger } from '@nestjs/common';
import type { ScopeSet } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthSettings } from './auth-settings.js';
import { AuthStatistics } from './auth-statistics.js';
import { storeDeadlineMs } from './store-deadline.js';
import { ConnectionRegistry } from './connection-registry.js';
import { RecentKills } from './recent-kills.js';
import { Revalidation } from './revalidation.js';
import { TokenStore } from './token-store.js';

const interval = 300_000;
/** The longest time between two rounds, in ms. */
const maxIntervalMs = interval * 1.2;

class Settings extends AuthSettings {
  override readonly revalidationIntervalMs = interval;
  override readonly maxWaitingClients = 100;
}

class StoreOfRevoked extends TokenStore {
  readonly revoked = new Set<string>();
  scopes: ScopeSet = new Set();
  readonly statements: (readonly string[])[] = [];
  failure: Error | 'no answer' | undefined;

  override findViewer(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override scopesOf(tokenIds: readonly string[]): Promise<ReadonlyMap<string, ScopeSet>> {
    this.statements.push(tokenIds);
    if (this.failure === 'no answer') {
      return new Promise(() => undefined);
    }
    return this.failure
      ? Promise.reject(this.failure)
      : Promise.resolve(
          new Map(tokenIds.filter((tokenId) => !this.revoked.has(tokenId)).map((tokenId) => [tokenId, this.scopes])),
        );
  }
}

describe('Revalidation', () => {
  let store: StoreOfRevoked;
  let statistics: AuthStatistics;
  let connections: ConnectionRegistry;
  let revalidation: Revalidation;
  let revoked: string[];
  let kills: RecentKills;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    store = new StoreOfRevoked();
    statistics = new AuthStatistics();
    kills = new RecentKills();
    connections = new ConnectionRegistry(kills, statistics);
    revalidation = new Revalidation(connections, store, new Settings());
    revoked = [];
    revalidation.onApplicationBootstrap();
  });

  afterEach(() => {
    revalidation.onApplicationShutdown();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  function open(tokenId: string): void {
    const viewer = { accountId: `account of ${tokenId}`, userId: '1', tokenId, scopes: new Set<string>() };
    connections.add({ viewer, silence: () => undefined, revoke: () => revoked.push(tokenId) }, new RecentKills().now());
  }

  it('looks a token up again that was revoked in a gap while its connection was being opened', async () => {
    const authenticatedAt = kills.now();
    connections.recordGap();
    revalidation.begin();
    await vi.advanceTimersByTimeAsync(1);
    store.revoked.add('late');
    const viewer = { accountId: '1', userId: '1', tokenId: 'late', scopes: new Set<string>() };
    connections.add({ viewer, silence: () => undefined, revoke: () => revoked.push('late') }, authenticatedAt);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(revoked).toEqual(['late']);
    expect(store.statements).toEqual([['late']]);
    connections.add({ viewer, silence: () => undefined, revoke: () => revoked.push('later') }, kills.now());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.statements).toHaveLength(1);
  });

  it('ends the connections of tokens that are no longer valid, and no others', async () => {
    open('good');
    open('bad');
    open('bad');
    store.revoked.add('bad');
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(store.statements.map((ids) => [...ids].sort())).toEqual([['bad', 'good']]);
    expect(revoked).toEqual(['bad', 'bad']);
    expect(statistics.revoked.revalidation).toBe(2);
  });

  it('compares the scopes of the connections of valid tokens', async () => {
    open('good');
    const update = vi.spyOn(connections, 'updateScopes');
    store.scopes = new Set(['read']);
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(update.mock.calls).toEqual([['good', store.scopes]]);
  });

  it('begins a round at once when kills may have been missed, and the next after the interval', async () => {
    open('t');
    store.revoked.add('t');
    revalidation.begin();
    await vi.advanceTimersByTimeAsync(1);
    expect(revoked).toEqual(['t']);
    open('u');
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(store.statements).toEqual([['t'], ['u']]);
  });

  it('runs one statement at a time, however often begin is called', async () => {
    open('t');
    revalidation.begin();
    revalidation.begin();
    await vi.advanceTimersByTimeAsync(1);
    expect(store.statements).toEqual([['t']]);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('begins a round after every interval', async () => {
    open('t');
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(revoked).toEqual([]);
    store.revoked.add('t');
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(revoked).toEqual(['t']);
  });

  it.each([
    [0, 0.8],
    [0.5, 1],
    [0.999_999, 1.2],
  ])('jitters the interval between processes: with random %d it is %d intervals', async (random, share) => {
    revalidation.onApplicationShutdown();
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const another = new Revalidation(connections, store, new Settings());
    open('t');
    another.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(interval * share - 2);
    expect(store.statements).toEqual([]);
    await vi.advanceTimersByTimeAsync(4);
    expect(store.statements).toEqual([['t']]);
    another.onApplicationShutdown();
  });

  it('sends no statement while no connection is open', async () => {
    await vi.advanceTimersByTimeAsync(3 * maxIntervalMs);
    expect(store.statements).toEqual([]);
  });

  it('looks tokens up in batches of 1,000, one after the other, with a pause between', async () => {
    const ids = Array.from({ length: 2_500 }, (_, i) => `t${i}`);
    ids.forEach(open);
    store.revoked.add('t0').add('t1234').add('t2499');
    await vi.advanceTimersToNextTimerAsync();
    expect(store.statements.map(({ length }) => length)).toEqual([1_000]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(store.statements.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect(new Set(store.statements.flat())).toEqual(new Set(ids));
    expect(revoked.sort()).toEqual(['t0', 't1234', 't2499']);
  });

  it('keeps all connections while the store fails, logs the outage once, and resumes afterwards', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const log = vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    open('bad');
    store.revoked.add('bad');
    store.failure = new Error('connection refused');
    await vi.advanceTimersByTimeAsync(3 * maxIntervalMs);
    expect(store.statements.length).toBeGreaterThanOrEqual(3);
    expect(revoked).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(1);
    store.failure = undefined;
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(revoked).toEqual(['bad']);
    expect(log).toHaveBeenCalledTimes(1);
    store.failure = new Error('connection refused again');
    open('another');
    await vi.advanceTimersByTimeAsync(maxIntervalMs);
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('retries the rest of a failed round, one statement after each pause, until the store answers', async () => {
    const ids = Array.from({ length: 1_500 }, (_, i) => `t${i}`);
    ids.forEach(open);
    store.revoked.add('t0').add('t1499');
    store.failure = new Error('overloaded');
    await vi.advanceTimersToNextTimerAsync();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.statements.length).toBeGreaterThanOrEqual(10);
    expect(store.statements.length).toBeLessThanOrEqual(16);
    store.failure = undefined;
    store.statements.length = 0;
    await vi.advanceTimersByTimeAsync(7_000);
    expect(store.statements.map(({ length }) => length)).toEqual([1_000, 500]);
    expect(new Set(store.statements.flat())).toEqual(new Set(ids));
    expect(revoked.sort()).toEqual(['t0', 't1499']);
  });

  it('re-validates all tokens soon after a gap during which the store failed too', async () => {
    open('t');
    store.revoked.add('t');
    revalidation.begin();
    store.failure = new Error('restarting');
    await vi.advanceTimersByTimeAsync(0);
    expect(store.statements).toEqual([['t']]);
    store.failure = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(revoked).toEqual(['t']);
  });

  it('begins again when kills may have been missed during a statement, although that statement fails', async () => {
    open('t');
    store.revoked.add('t');
    const ask = vi.spyOn(store, 'scopesOf').mockImplementationOnce(() => {
      revalidation.begin();
      return Promise.reject(new Error('restarting'));
    });
    revalidation.begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(revoked).toEqual(['t']);
  });

  it('gives up a statement that the store never answers', async () => {
    open('bad');
    store.revoked.add('bad');
    store.failure = 'no answer';
    await vi.advanceTimersByTimeAsync(maxIntervalMs + storeDeadlineMs);
    expect(store.statements.length).toBeGreaterThanOrEqual(1);
    store.failure = undefined;
    await vi.advanceTimersByTimeAsync(storeDeadlineMs + 10_000);
    expect(revoked).toEqual(['bad']);
  });

  it('stops with the application, also during a statement', async () => {
    open('bad');
    let answer: (scopes: ReadonlyMap<string, ScopeSet>) => void = () => undefined;
    const ask = vi.spyOn(store, 'scopesOf').mockReturnValue(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    await vi.advanceTimersToNextTimerAsync();
    expect(ask).toHaveBeenCalledTimes(1);
    revalidation.onApplicationShutdown();
    answer(new Map());
    await vi.advanceTimersByTimeAsync(storeDeadlineMs);
    expect(revoked).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

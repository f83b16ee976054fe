import { inspect } from 'node:util';
import type { Viewer } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdmissionQueue } from './admission-queue.js';
import { AuthSettings } from './auth-settings.js';
import { AuthStatistics } from './auth-statistics.js';
import { Authenticator } from './authenticator.js';
import { storeDeadlineMs } from './store-deadline.js';
import { RecentKills } from './recent-kills.js';
import { TokenStore } from './token-store.js';

const viewer: Viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: new Set(['read']) };

/** A store whose look-ups the test answers or fails one by one. */
class WaitingStore extends TokenStore {
  readonly lookups: { token: string; answer: (viewer?: Viewer) => void; fail: (error: unknown) => void }[] = [];

  override findViewer(token: string): Promise<Viewer | undefined> {
    return new Promise((answer, fail) => {
      this.lookups.push({ token, answer, fail });
    });
  }

  override scopesOf(): Promise<never> {
    return Promise.reject(new Error('unexpected call'));
  }
}

class Settings extends AuthSettings {
  override readonly revalidationIntervalMs = 1;
  override readonly maxWaitingClients = 1_000;
}

describe('Authenticator', () => {
  let store: WaitingStore;
  let kills: RecentKills;
  let statistics: AuthStatistics;
  let authenticator: Authenticator;

  beforeEach(() => {
    vi.useFakeTimers();
    store = new WaitingStore();
    kills = new RecentKills();
    statistics = new AuthStatistics();
    const admissions = new AdmissionQueue(new Settings(), statistics);
    authenticator = new Authenticator(admissions, store, kills, statistics);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('finds the viewer of a token', async () => {
    const found = authenticator.findViewer('abc');
    expect(store.lookups.map(({ token }) => token)).toEqual(['abc']);
    store.lookups[0]!.answer(viewer);
    await expect(found).resolves.toBe(viewer);
    expect(statistics.authenticated).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('admits at most 20 clients in one turn of the event loop, in the order in which they came', async () => {
    const admitted: string[] = [];
    const clients = Array.from({ length: 50 }, (_, number) => `t${number}`);
    for (const token of clients) {
      void authenticator
        .authenticate({ headers: { authorization: `Bearer ${token}` } })
        .then(({ viewer: { tokenId } }) => admitted.push(tokenId));
    }
    store.lookups.forEach(({ token, answer }) => {
      answer({ ...viewer, tokenId: token });
    });
    for (let step = 0; step < 20; step++) {
      await Promise.resolve();
    }
    expect(admitted).toEqual(clients.slice(0, 20));
    expect(statistics.waiting).toBe(30);
    await vi.advanceTimersToNextTimerAsync();
    expect(admitted).toEqual(clients.slice(0, 40));
    await vi.advanceTimersToNextTimerAsync();
    expect(admitted).toEqual(clients);
    expect(statistics.waiting).toBe(0);
  });

  it('looks up no more than 256 tokens at once, and those of the others in order as clients are let in or refused', async () => {
    const clients = Array.from({ length: 300 }, (_, number) => `t${number}`);
    const settled = Promise.allSettled(
      clients.map((token) => authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } })),
    );
    expect(store.lookups.map(({ token }) => token)).toEqual(clients.slice(0, 256));
    store.lookups[0]!.answer();
    store.lookups[1]!.fail(new Error('down'));
    store.lookups[2]!.answer(viewer);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.lookups.map(({ token }) => token)).toEqual(clients.slice(0, 259));
    for (let answered = 3; answered < clients.length; answered++) {
      store.lookups[answered]!.answer(viewer);
      await vi.advanceTimersByTimeAsync(0);
    }
    await vi.runAllTimersAsync();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(298);
  });

  it('looks up no token of a client that has left while it waited', async () => {
    const socket = { destroyed: false };
    const waits = Array.from({ length: 257 }, (_, number) =>
      authenticator.authenticate({ headers: { authorization: `Bearer t${number}` }, socket }),
    );
    const last = expect(waits.pop()).rejects.toMatchObject({ code: 'badRequest' });
    socket.destroyed = true;
    store.lookups[0]!.answer(viewer);
    await vi.advanceTimersByTimeAsync(0);
    await last;
    expect(store.lookups).toHaveLength(256);
  });

  it('refuses an unknown token', async () => {
    const found = authenticator.findViewer('abc');
    store.lookups[0]!.answer();
    await expect(found).rejects.toMatchObject({ code: 'invalidToken', status: 401 });
    expect(statistics.authenticated).toBe(0);
  });

  it('answers unavailable when the store fails, and the cause does not hold the token', async () => {
    const found = authenticator.findViewer('SECRET');
    store.lookups[0]!.fail(Object.assign(new Error('server closed the connection'), { parameters: ['SECRET'] }));
    const refusal: unknown = await found.catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'unavailable',
      status: 503,
      message: 'Service temporarily unavailable',
      cause: { message: 'server closed the connection' },
    });
    expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain('SECRET');
  });

  it('answers unavailable when the store throws before it returns a promise', async () => {
    vi.spyOn(store, 'findViewer').mockImplementation(() => {
      throw new Error('no pool');
    });
    await expect(authenticator.findViewer('abc')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('answers unavailable when the store misses the deadline, and starts a new lookup for the next request', async () => {
    const found = expect(authenticator.findViewer('abc')).rejects.toMatchObject({ code: 'unavailable' });
    await vi.advanceTimersByTimeAsync(storeDeadlineMs);
    await found;
    const next = authenticator.findViewer('abc');
    expect(store.lookups).toHaveLength(2);
    store.lookups[0]!.fail(new Error('too late to matter'));
    store.lookups[1]!.answer(viewer);
    await expect(next).resolves.toBe(viewer);
  });

  it('shares one lookup between concurrent requests with the same token', async () => {
    const found = Promise.all(['a', 'a', 'b', 'a'].map((token) => authenticator.findViewer(token)));
    expect(store.lookups.map(({ token }) => token)).toEqual(['a', 'b']);
    store.lookups[0]!.answer(viewer);
    store.lookups[1]!.answer({ ...viewer, tokenId: '4' });
    expect((await found).map(({ tokenId }) => tokenId)).toEqual(['3', '3', '4', '3']);
    expect(statistics.authenticated).toBe(4);
  });

  it('caches nothing: a later request is looked up again', async () => {
    const first = authenticator.findViewer('a');
    store.lookups[0]!.answer(viewer);
    await first;
    const second = authenticator.findViewer('a');
    store.lookups[1]!.answer();
    await expect(second).rejects.toMatchObject({ code: 'invalidToken' });
  });

  it('shares a failed lookup with the requests that waited for it, and not with later ones', async () => {
    const waiting = [authenticator.findViewer('a'), authenticator.findViewer('a')];
    store.lookups[0]!.fail(new Error('down'));
    expect(await Promise.allSettled(waiting)).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'unavailable' }) as Error },
      { status: 'rejected', reason: expect.objectContaining({ code: 'unavailable' }) as Error },
    ]);
    const later = authenticator.findViewer('a');
    store.lookups[1]!.answer(viewer);
    await expect(later).resolves.toBe(viewer);
  });

  it('does not share a lookup that began before a kill with a request that came after it', async () => {
    const before = authenticator.findViewer('a');
    kills.record({ kind: 'token', tokenId: viewer.tokenId });
    const after = authenticator.findViewer('a');
    store.lookups[0]!.answer(viewer);
    await expect(before).resolves.toBe(viewer);
    // The end of the first look-up has not removed the second one from the table.
    const joined = authenticator.findViewer('a');
    expect(store.lookups).toHaveLength(2);
    store.lookups[1]!.answer();
    await expect(after).rejects.toMatchObject({ code: 'invalidToken' });
    await expect(joined).rejects.toMatchObject({ code: 'invalidToken' });
  });

  it('returns the latest kill before the look-up of the token', async () => {
    const authenticated = authenticator.authenticate({ url: '/', headers: { authorization: 'Bearer abc' } });
    kills.record({ kind: 'account', accountId: viewer.accountId });
    store.lookups[0]!.answer(viewer);
    const { killSequence } = await authenticated;
    expect(kills.since(killSequence, viewer)).toBe('account');
  });

  it('refuses a request without a usable token before it calls the store', async () => {
    await expect(authenticator.authenticate({ url: '/', headers: {} })).rejects.toMatchObject({
      code: 'missingToken',
    });
    await expect(authenticator.authenticate({ url: '/?access_token=%00', headers: {} })).rejects.toMatchObject({
      code: 'badRequest',
    });
    expect(store.lookups).toEqual([]);
  });
});

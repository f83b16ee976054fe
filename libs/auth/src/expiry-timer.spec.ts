import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuthorisedConnection } from './authorised-connection.js';
import { ExpiryTimer } from './expiry-timer.js';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);

describe('ExpiryTimer', () => {
  let expired: AuthorisedConnection[];
  let expiries: ExpiryTimer;

  beforeEach(() => {
    vi.useFakeTimers({ now: start });
    expired = [];
    expiries = new ExpiryTimer((connection) => expired.push(connection));
  });

  afterEach(() => {
    expiries.clear();
    vi.useRealTimers();
  });

  function connect(expiresAt?: number): AuthorisedConnection {
    const connection = {
      viewer: { accountId: '1', userId: '2', tokenId: '3', scopes: new Set<string>(), expiresAt },
      silence: () => undefined,
      revoke: () => undefined,
    };
    expiries.add(connection);
    return connection;
  }

  it('reports a token when it expires, not before', () => {
    const connection = connect(start + 5_300);
    vi.advanceTimersByTime(5_299);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual([connection]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('runs no timer while no open token has an expiry, and one for all that have', () => {
    connect();
    expect(vi.getTimerCount()).toBe(0);
    const several = [connect(start + 90 * minute), connect(start + 5 * minute), connect(start + 7 * minute)];
    expect(vi.getTimerCount()).toBe(1);
    for (const connection of several) {
      expiries.delete(connection);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reports each token once, in any order of arrival, at most a second late', () => {
    const offsets = [7_000, 2_000, 2_400, 3 * minute, 2_000];
    const connections = offsets.map((offset) => connect(start + offset));
    for (const offset of [...offsets].sort((a, b) => a - b)) {
      vi.advanceTimersByTime(Math.max(0, start + offset + 1_000 - Date.now()));
      for (const [i, connection] of connections.entries()) {
        if (offsets[i]! <= offset) {
          expect(expired.filter((one) => one === connection)).toHaveLength(1);
        }
      }
    }
    expect(expired).toHaveLength(connections.length);
  });

  it('sweeps at most once a second, however close together tokens expire', () => {
    const sweptAt = new Set<number>();
    expiries = new ExpiryTimer((connection) => {
      expired.push(connection);
      sweptAt.add(Date.now());
    });
    for (let i = 0; i < 1_000; i++) {
      connect(start + 10_000 + i);
    }
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(12_000);
    expect(expired).toHaveLength(1_000);
    expect(sweptAt.size).toBeLessThanOrEqual(3);
  });

  it('handles tokens that expire later than setTimeout can wait', () => {
    const connection = connect(start + 60 * 24 * 60 * minute);
    vi.advanceTimersByTime(10 * minute);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(60 * 24 * 60 * minute);
    expect(expired).toEqual([connection]);
  });

  it('reports an expired token within a minute after the clock was set forward', () => {
    const connection = connect(start + 24 * 60 * minute);
    vi.setSystemTime(start + 25 * 60 * minute);
    vi.advanceTimersByTime(minute);
    expect(expired).toEqual([connection]);
  });

  it('does not report a removed connection', () => {
    const gone = connect(start + 5_000);
    const there = connect(start + 5_000);
    expiries.delete(gone);
    vi.advanceTimersByTime(6_000);
    expect(expired).toEqual([there]);
  });
});

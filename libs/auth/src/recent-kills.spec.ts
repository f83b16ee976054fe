import { describe, expect, it } from 'vitest';
import { RecentKills } from './recent-kills.js';

const viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: new Set<string>() };
const token = { kind: 'token', tokenId: '3' } as const;
const account = { kind: 'account', accountId: '1' } as const;

describe('RecentKills', () => {
  it('reports kills after a position, and none before it', () => {
    const kills = new RecentKills();
    const first = kills.now();
    expect(kills.since(first, viewer)).toBeUndefined();
    kills.record(account);
    const second = kills.now();
    expect(kills.since(first, viewer)).toBe('account');
    expect(kills.since(second, viewer)).toBeUndefined();
    kills.record(token);
    expect(kills.since(second, viewer)).toBe('token');
    expect(kills.since(kills.now(), viewer)).toBeUndefined();
  });

  it('does not confuse a token with an account of the same id, nor one id with another', () => {
    const kills = new RecentKills();
    const start = kills.now();
    kills.record({ kind: 'token', tokenId: viewer.accountId });
    kills.record({ kind: 'account', accountId: viewer.tokenId });
    kills.record({ kind: 'account', accountId: viewer.userId });
    expect(kills.since(start, viewer)).toBeUndefined();
  });

  it('uses the last position of a repeated kill', () => {
    const kills = new RecentKills();
    kills.record(token);
    const between = kills.now();
    kills.record(token);
    expect(kills.since(between, viewer)).toBe('token');
  });

  it('forgets the oldest kill first', () => {
    const kills = new RecentKills();
    kills.record(token);
    for (let i = 1; i < 10_000; i++) {
      kills.record({ kind: 'account', accountId: `other-${i}` });
    }
    const position = kills.now();
    kills.record(token);
    kills.record({ kind: 'account', accountId: 'one more' });
    expect(kills.since(position, viewer)).toBe('token');
    expect(kills.since(position, { ...viewer, tokenId: 'other' })).toBeUndefined();
  });

  it('reports a kill for a position older than a forgotten kill', () => {
    const kills = new RecentKills();
    const start = kills.now();
    const flood = (count: number, from = 0) => {
      for (let i = 0; i < count; i++) {
        kills.record({ kind: 'token', tokenId: `other-${from + i}` });
      }
    };
    flood(10_000);
    expect(kills.since(start, viewer)).toBeUndefined();
    flood(1, 10_000);
    expect(kills.since(start, viewer)).toBe('token');
    expect(kills.since(kills.now(), viewer)).toBeUndefined();
  });
});

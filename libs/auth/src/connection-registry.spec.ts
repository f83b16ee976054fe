import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Logger } from '@nestjs/common';
import type { Viewer } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthStatistics } from './auth-statistics.js';
import type { AuthorisedConnection } from './authorised-connection.js';
import { ConnectionRegistry } from './connection-registry.js';
import { RecentKills } from './recent-kills.js';

class TestConnection implements AuthorisedConnection {
  revocations = 0;
  silent = false;

  constructor(
    readonly viewer: Viewer,
    private readonly onRevoke: (connection: TestConnection) => void = () => undefined,
  ) {}

  silence(): void {
    this.silent = true;
  }

  revoke(): void {
    this.revocations++;
    this.onRevoke(this);
  }
}

function viewer(accountId: string, tokenId: string, expiresAt?: number): Viewer {
  return { accountId, userId: accountId, tokenId, scopes: new Set(['read']), expiresAt };
}

describe('ConnectionRegistry', () => {
  let kills: RecentKills;
  let statistics: AuthStatistics;
  let connections: ConnectionRegistry;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    kills = new RecentKills();
    statistics = new AuthStatistics();
    connections = new ConnectionRegistry(kills, statistics);
  });

  afterEach(() => {
    connections.onApplicationShutdown();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  function open(of: Viewer, onRevoke?: (connection: TestConnection) => void): TestConnection {
    const connection = new TestConnection(of, onRevoke);
    expect(connections.add(connection, kills.now())).toBe(true);
    return connection;
  }

  it('ends every connection of a killed token, and no other', () => {
    const [one, two, other] = [open(viewer('1', 't1')), open(viewer('1', 't1')), open(viewer('1', 't2'))];
    connections.revokeToken('t1');
    expect([one, two, other].map(({ revocations }) => revocations)).toEqual([1, 1, 0]);
    expect(statistics.revoked.token).toBe(2);
    expect(connections.tokenIds()).toEqual(['t2']);
  });

  it('ends every connection of a killed account, whatever its token', () => {
    const [one, two, other] = [open(viewer('1', 't1')), open(viewer('1', 't2')), open(viewer('2', 't3'))];
    connections.revokeAccount('1');
    expect([one, two, other].map(({ revocations }) => revocations)).toEqual([1, 1, 0]);
    expect(statistics.revoked.account).toBe(2);
  });

  it('silences thousands of connections of a killed account at once, and ends at most 100 in one turn of the event loop', () => {
    const all = Array.from({ length: 4_000 }, (_, number) => open(viewer('1', `t${number}`)));
    const ended = () => all.filter(({ revocations }) => revocations > 0).length;
    connections.revokeAccount('1');
    expect(all.every(({ silent }) => silent)).toBe(true);
    expect([ended(), connections.countOfAccount('1')]).toEqual([100, 0]);
    for (let turn = 2; turn <= 40; turn++) {
      vi.advanceTimersToNextTimer();
      expect(ended()).toBe(100 * turn);
    }
    expect(statistics.revoked.account).toBe(4_000);
  });

  it('ends at most 100 connections in one turn of the event loop when their tokens expire together', () => {
    const all = Array.from({ length: 250 }, (_, number) => open(viewer('1', `t${number}`, Date.now() + 1_000)));
    const ended = () => all.filter(({ revocations }) => revocations > 0).length;
    vi.advanceTimersToNextTimer();
    expect(ended()).toBe(100);
    vi.advanceTimersByTime(10);
    expect(ended()).toBe(250);
  });

  it('does not end a connection that is removed while it waits to be ended', () => {
    const all = Array.from({ length: 101 }, () => open(viewer('1', 't1')));
    connections.revokeAccount('1');
    all.forEach((connection) => {
      connections.remove(connection);
    });
    vi.advanceTimersByTime(0);
    expect(all.map(({ revocations }) => revocations)).toEqual([...Array.from({ length: 100 }, () => 1), 0]);
  });

  it('does nothing for a kill without open connections', () => {
    connections.revokeToken('t9');
    connections.revokeAccount('9');
    expect(statistics.revoked).toEqual({ token: 0, account: 0, expiry: 0, revalidation: 0 });
  });

  it('ends each connection once, although ending one removes it and others of its account', () => {
    const removeAll = () => {
      all.forEach((connection) => {
        connections.remove(connection);
      });
    };
    const all = [open(viewer('1', 't1'), removeAll), open(viewer('1', 't1'), removeAll)];
    connections.revokeAccount('1');
    connections.revokeToken('t1');
    expect(all.map(({ revocations }) => revocations)).toEqual([1, 0]);
  });

  it('ends the others when one throws, and ends that one at the next revocation', () => {
    let broken = true;
    const first = open(viewer('1', 't1'), () => {
      if (broken) {
        throw new Error('the socket failed');
      }
    });
    const second = open(viewer('1', 't1'));
    connections.revokeToken('t1');
    expect([first.revocations, second.revocations]).toEqual([1, 1]);
    expect(statistics.revoked.token).toBe(1);
    expect(connections.tokenIds()).toEqual(['t1']);
    broken = false;
    connections.revokeInvalid('t1');
    expect(first.revocations).toBe(2);
    expect(statistics.revoked.revalidation).toBe(1);
    expect(connections.tokenIds()).toEqual([]);
  });

  it('never revokes a removed connection', () => {
    const connection = open(viewer('1', 't1', Date.now() + 5_000));
    connections.remove(connection);
    connections.remove(connection);
    expect(vi.getTimerCount()).toBe(0);
    connections.revokeToken('t1');
    connections.revokeAccount('1');
    vi.advanceTimersByTime(10_000);
    expect(connection.revocations).toBe(0);
    expect(connections.tokenIds()).toEqual([]);
  });

  it('keeps no reference to a removed or revoked connection', async () => {
    vi.useRealTimers();
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    // Another connection stays, so that the entries of the index are not removed as a whole.
    open(viewer('1', 't1', Date.now() + 60_000));
    const ended = Array.from({ length: 4 }, (_, i) => {
      const connection = open(viewer('1', i < 2 ? 't1' : 't2', Date.now() + 60_000));
      if (i < 2) {
        connections.remove(connection);
      }
      return new WeakRef(connection);
    });
    connections.revokeToken('t2');
    await new Promise(setImmediate);
    collectGarbage();
    expect(ended.map((reference) => reference.deref())).toEqual([undefined, undefined, undefined, undefined]);
  });

  it.each(['token', 'account'] as const)(
    'revokes a connection whose %s was killed while it was being opened',
    (kind) => {
      const since = kills.now();
      if (kind === 'token') {
        connections.revokeToken('t1');
      } else {
        connections.revokeAccount('1');
      }
      const late = new TestConnection(viewer('1', 't1'));
      expect(connections.add(late, since)).toBe(false);
      expect(late.revocations).toBe(1);
      expect(statistics.revoked[kind]).toBe(1);
      expect(connections.tokenIds()).toEqual([]);
    },
  );

  it('keeps a connection whose token was looked up after the kill', () => {
    connections.revokeAccount('1');
    const connection = open(viewer('1', 't1'));
    expect(connection.revocations).toBe(0);
  });

  it('reports a connection whose token has other scopes, and no connection whose token has the same', () => {
    const changed = vi.fn();
    connections.onScopesChanged = changed;
    const connection = open(viewer('1', 't1'));
    open(viewer('1', 't2'));
    connections.updateScopes('t1', new Set(['read']));
    expect(changed).not.toHaveBeenCalled();
    for (const scopes of [new Set(['read', 'write']), new Set<string>(), new Set(['write'])]) {
      connections.updateScopes('t1', scopes);
      expect(changed.mock.lastCall).toEqual([connection, scopes]);
    }
    expect(changed).toHaveBeenCalledTimes(3);
  });

  it('ends a connection when its token expires', () => {
    const connection = open(viewer('1', 't1', Date.now() + 5_000));
    const lasting = open(viewer('1', 't2'));
    vi.advanceTimersByTime(4_999);
    expect(connection.revocations).toBe(0);
    vi.advanceTimersByTime(1);
    expect([connection.revocations, lasting.revocations]).toEqual([1, 0]);
    expect(statistics.revoked.expiry).toBe(1);
    expect(connections.tokenIds()).toEqual(['t2']);
  });

  it('revokes a connection whose token expired while it was being opened', () => {
    const connection = new TestConnection(viewer('1', 't1', Date.now()));
    expect(connections.add(connection, kills.now())).toBe(false);
    expect(connection.revocations).toBe(1);
    expect(connections.tokenIds()).toEqual([]);
  });

  it('stops its timer when the application shuts down', () => {
    open(viewer('1', 't1', Date.now() + 5_000));
    connections.onApplicationShutdown();
    expect(vi.getTimerCount()).toBe(0);
  });
});

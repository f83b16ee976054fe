import { ConnectionRegistry, type Authentication } from '@fedistream/auth';
import {
  closeReasons,
  DeliverySettings,
  DeliveryStatistics,
  webSocketFraming,
  type Connection,
  type Transport,
} from '@fedistream/delivery';
import { Broker } from '@fedistream/event-bus';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientAddress, ProxySettings } from './client-address.js';
import { ConnectionDrain, DrainSettings } from './connection-drain.js';
import { ConnectionLimits, ConnectionLimitSettings } from './connection-limits.js';
import { ConnectionOpener } from './connection-opener.js';
import { Heartbeats } from './heartbeats.js';
import { Readiness } from './readiness.js';

let drain: ConnectionDrain;
let heartbeats: Heartbeats;
let opener: ConnectionOpener;
let readiness: Readiness;
let limits: ConnectionLimits;

const windowMs = 10_000;
const limitSettings = {
  maxConnections: 6,
  maxConnectionsPerAccount: 5,
  maxConnectionsPerToken: 4,
  maxConnectionsPerAddress: 3,
};

/** The registry as far as draining goes. */
class Registered {
  readonly connections = new Set<Connection>();
  add(connection: Connection): boolean {
    this.connections.add(connection);
    return true;
  }
  remove(connection: Connection): void {
    this.connections.delete(connection);
  }
  countOfAccount(accountId: string): number {
    return this.all().filter(({ viewer }) => viewer.accountId === accountId).length;
  }
  countOfToken(tokenId: string): number {
    return this.all().filter(({ viewer }) => viewer.tokenId === tokenId).length;
  }
  all(): Connection[] {
    return [...this.connections];
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  const module = await Test.createTestingModule({
    providers: [
      ClientAddress,
      ConnectionDrain,
      ConnectionLimits,
      ConnectionOpener,
      DeliveryStatistics,
      Heartbeats,
      Readiness,
      { provide: Broker, useValue: { ready: true } },
      { provide: ConnectionRegistry, useClass: Registered },
      { provide: ConnectionLimitSettings, useValue: limitSettings },
      { provide: DrainSettings, useValue: { drainMs: windowMs } },
      { provide: ProxySettings, useValue: { trusted: 'loopback' } },
      { provide: DeliverySettings, useValue: new DeliverySettings() },
    ],
  }).compile();
  drain = module.get(ConnectionDrain);
  heartbeats = module.get(Heartbeats);
  opener = module.get(ConnectionOpener);
  readiness = module.get(Readiness);
  limits = module.get(ConnectionLimits);
});

afterEach(() => {
  heartbeats.stop();
  vi.useRealTimers();
});

/** Opens a connection. `release` is what its transport calls when the socket is released. */
function open({ accountId = '1', tokenId = '3', address = '192.0.2.1' } = {}) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const close = vi.fn<Transport['close']>(() => released);
  const transport: Transport = {
    framing: webSocketFraming,
    bufferedBytes: 0,
    bufferedPieces: 0,
    write: vi.fn(),
    uncork: vi.fn(),
    close,
  };
  const viewer = { accountId, userId: '2', tokenId, scopes: new Set<string>() };
  const killSequence = 0 as Authentication['killSequence'];
  return { connection: opener.open({ viewer, killSequence }, transport, address), close, release };
}

describe('heartbeats', () => {
  it.each([
    ['an event stream', 'eventsource', 15],
    ['a WebSocket', 'websocket', 30],
  ] as const)('beat for %s (%s) every %i seconds until they are stopped', (_, type, seconds) => {
    const beat = vi.fn();
    heartbeats[type].join({ beat });
    for (const times of [1, 2, 3]) {
      vi.advanceTimersByTime(seconds * 1_000 - 1);
      expect(beat).toHaveBeenCalledTimes(times - 1);
      vi.advanceTimersByTime(1);
      expect(beat).toHaveBeenCalledTimes(times);
    }
    void drain.beforeApplicationShutdown();
    vi.advanceTimersByTime(seconds * 2_000);
    expect(beat).toHaveBeenCalledTimes(3);
  });
});

describe('draining', () => {
  it('ends when the last socket is released, whatever closed its connection', async () => {
    const [quick, slow, killed] = [open(), open(), open()];
    killed.connection.revoke();
    const ended = vi.fn();
    const end = drain.beforeApplicationShutdown().then(ended);
    await vi.advanceTimersByTimeAsync(windowMs * 2);
    for (const { close } of [quick, slow]) {
      expect(close.mock.calls).toEqual([[closeReasons.restart]]);
    }
    expect(killed.close.mock.calls).toEqual([[closeReasons.revoked]]);
    for (const { release } of [quick, slow, killed]) {
      await vi.advanceTimersByTimeAsync(0);
      expect(ended).not.toHaveBeenCalled();
      release();
    }
    await end;
  });

  it('refuses new clients with 503', () => {
    readiness.requireReady();
    void drain.beforeApplicationShutdown();
    expect(() => {
      readiness.requireReady();
    }).toThrow(expect.objectContaining({ code: 'unavailable' }) as Error);
  });

  it('closes a connection that is opened meanwhile', () => {
    void drain.beforeApplicationShutdown();
    expect(open().close.mock.calls).toEqual([[closeReasons.restart]]);
  });

  it('closes connections in batches over the window, in random order, and is not ready before the first', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const clients = Array.from({ length: 50 }, () => open());
    const closed = () => clients.filter(({ close }) => close.mock.calls.length > 0).length;
    void drain.drain();
    expect(readiness.draining).toBe(true);
    expect(closed()).toBe(1);
    await vi.advanceTimersByTimeAsync(windowMs / 4);
    expect(closed()).toBeGreaterThan(10);
    expect(closed()).toBeLessThan(40);
    await vi.advanceTimersByTimeAsync(windowMs);
    expect(closed()).toBe(50);
    vi.restoreAllMocks();
  });

  it('happens once, however often it is asked for', async () => {
    const { close, release } = open();
    release();
    await Promise.all([drain.drain(), drain.beforeApplicationShutdown()]);
    expect(close).toHaveBeenCalledOnce();
  });
});

describe('the limits of connections', () => {
  const viewer = (accountId: string, tokenId: string) => ({
    accountId,
    userId: '1',
    tokenId,
    scopes: new Set<string>(),
  });
  const refused = expect.objectContaining({ code: 'tooManyConnections', status: 429 }) as Error;

  it.each([
    ['the address', 3, (number: number) => ({ accountId: `a${number}`, tokenId: `t${number}` }), viewer('x', 'x')],
    ['the token', 4, (number: number) => ({ address: `192.0.2.${number + 2}` }), viewer('x', '3')],
    [
      'the account',
      5,
      (number: number) => ({ address: `192.0.2.${number + 2}`, tokenId: `t${number}` }),
      viewer('1', 'x'),
    ],
    [
      'the process',
      6,
      (number: number) => ({ address: `192.0.2.${number + 2}`, accountId: `a${number}`, tokenId: `t${number}` }),
      viewer('x', 'x'),
    ],
  ])('refuse one more than allowed of %s (%i), until one is closed', (_, allowed, clientOf, next) => {
    const opened = Array.from({ length: allowed }, (_, number) => {
      limits.require(next, '192.0.2.1');
      return open(clientOf(number));
    });
    expect(() => {
      limits.require(next, '192.0.2.1');
    }).toThrow(refused);
    opened[0]?.connection.close(closeReasons.gone);
    limits.require(next, '192.0.2.1');
  });

  it('do not count the address of a trusted proxy', () => {
    for (let number = 0; number < 4; number++) {
      open({ address: '127.0.0.1', accountId: `a${number}`, tokenId: `t${number}` });
    }
    limits.require(viewer('x', 'x'), '127.0.0.1');
  });
});

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
import { CompactMultimap } from '@fedistream/util';
import { HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClientAddress, ProxySettings } from './client-address.js';
import { ConnectionCloser } from './connection-closer.js';
import { ConnectionDrain, DrainSettings } from './connection-drain.js';
import { CloseLog } from './close-log.js';
import { ConnectionLimits, ConnectionLimitSettings } from './connection-limits.js';
import { ConnectionOpener } from './connection-opener.js';
import { Heartbeats } from './heartbeats.js';
import { Readiness } from './readiness.js';
import { RestartTickets } from './restart-tickets.js';

let closer: ConnectionCloser;
let drain: ConnectionDrain;
let heartbeats: Heartbeats;
let opener: ConnectionOpener;
let readiness: Readiness;
let limits: ConnectionLimits;

const delayMs = 3_000;
const windowMs = 10_000;
/** Node's server, as far as draining goes. */
const server = { listening: true, close: vi.fn(), closeIdleConnections: vi.fn(), prependListener: vi.fn() };
const unlimited = {
  maxConnections: Infinity,
  maxConnectionsPerAccount: Infinity,
  maxConnectionsPerToken: Infinity,
  maxConnectionsPerAddress: Infinity,
};
const limitSettings = { ...unlimited };

/** The registry as far as draining goes. */
class Registered {
  readonly #connections = new Set<Connection>();
  readonly #byAccount = new CompactMultimap<string, Connection>();
  readonly #byToken = new CompactMultimap<string, Connection>();
  add(connection: Connection): boolean {
    this.#connections.add(connection);
    this.#byAccount.add(connection.viewer.accountId, connection);
    this.#byToken.add(connection.viewer.tokenId, connection);
    return true;
  }
  remove(connection: Connection): void {
    this.#connections.delete(connection);
    this.#byAccount.delete(connection.viewer.accountId, connection);
    this.#byToken.delete(connection.viewer.tokenId, connection);
  }
  countOfAccount(accountId: string): number {
    return this.#byAccount.count(accountId);
  }
  countOfToken(tokenId: string): number {
    return this.#byToken.count(tokenId);
  }
  all(): Connection[] {
    return [...this.#connections];
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  server.close.mockReset();
  const module = await Test.createTestingModule({
    providers: [
      ClientAddress,
      ConnectionCloser,
      ConnectionDrain,
      CloseLog,
      ConnectionLimits,
      ConnectionOpener,
      DeliveryStatistics,
      Heartbeats,
      Readiness,
      RestartTickets,
      { provide: Broker, useValue: { ready: true } },
      { provide: ConnectionRegistry, useClass: Registered },
      { provide: ConnectionLimitSettings, useValue: limitSettings },
      { provide: DrainSettings, useValue: { delayMs, drainMs: windowMs } },
      { provide: HttpAdapterHost, useValue: { httpAdapter: { getHttpServer: () => server } } },
      { provide: ProxySettings, useValue: { trusted: 'loopback' } },
      { provide: DeliverySettings, useValue: new DeliverySettings() },
    ],
  }).compile();
  closer = module.get(ConnectionCloser);
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
  const released = new Promise<boolean>((resolve) => {
    release = () => {
      resolve(true);
    };
  });
  const close = vi.fn<Transport['close']>(() => released);
  const write = vi.fn<Transport['write']>();
  const transport: Transport = {
    framing: webSocketFraming,
    bufferedBytes: 0,
    bufferedPieces: 0,
    write,
    uncork: vi.fn(),
    close,
  };
  const viewer = { accountId, userId: '2', tokenId, scopes: new Set<string>() };
  const killSequence = 0 as Authentication['killSequence'];
  return {
    connection: opener.open({ viewer, killSequence }, transport, limits.reserve(viewer, address)),
    close,
    release,
    write,
  };
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
    heartbeats.stop();
    vi.advanceTimersByTime(seconds * 2_000);
    expect(beat).toHaveBeenCalledTimes(3);
  });
});

describe('draining', () => {
  const acceptsClients = () => {
    try {
      readiness.requireReady();
      return true;
    } catch (failure) {
      expect(failure).toMatchObject({ code: 'unavailable' });
      return false;
    }
  };

  it('first tells load balancers, then stops to listen, and only then refuses and closes clients', async () => {
    const early = open();
    void drain.drain();
    expect([readiness.leaving, acceptsClients(), server.close.mock.calls.length]).toEqual([true, true, 0]);
    await vi.advanceTimersByTimeAsync(delayMs - 1);
    const late = open();
    expect([acceptsClients(), server.close.mock.calls.length]).toEqual([true, 0]);
    expect([early, late].map(({ close }) => close.mock.calls.length)).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([acceptsClients(), server.close.mock.calls.length]).toEqual([false, 1]);
    await vi.advanceTimersByTimeAsync(windowMs * 2);
    expect([early, late].map(({ close }) => close.mock.calls)).toEqual([
      [[closeReasons.restart]],
      [[closeReasons.restart]],
    ]);
  });

  it('ends when the last socket is released, whatever closed its connection', async () => {
    const [quick, slow, killed] = [open(), open(), open()];
    killed.connection.revoke();
    const ended = vi.fn();
    const end = drain.beforeApplicationShutdown().then(ended);
    await vi.advanceTimersByTimeAsync(delayMs + windowMs * 2);
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

  it('closes a connection that is opened meanwhile', async () => {
    void drain.beforeApplicationShutdown();
    await vi.advanceTimersByTimeAsync(delayMs);
    expect(open().close.mock.calls).toEqual([[closeReasons.restart]]);
  });

  it('closes connections in batches over the window, in random order', async () => {
    const clients = Array.from({ length: 50 }, () => open());
    const closed = () => clients.flatMap(({ close }, index) => (close.mock.calls.length > 0 ? [index] : []));
    void drain.drain();
    await vi.advanceTimersByTimeAsync(delayMs);
    expect(closed()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(windowMs / 2);
    expect(closed().length).toBeGreaterThan(10);
    expect(closed().length).toBeLessThan(49);
    // In order, the first ones would be gone.
    expect(closed().at(-1)).toBeGreaterThan(closed().length);
    await vi.advanceTimersByTimeAsync(windowMs * 1.5);
    expect(closed()).toHaveLength(50);
  });

  it('closes at most 100 connections in one turn of the event loop', async () => {
    const clients = Array.from({ length: 20_000 }, () => open());
    const closed = () => clients.filter(({ close }) => close.mock.calls.length > 0).length;
    void drain.drain();
    // The first batch: a hundredth of them.
    await vi.advanceTimersByTimeAsync(delayMs - 1);
    vi.advanceTimersToNextTimer();
    await Promise.resolve();
    expect(closed()).toBe(100);
    vi.advanceTimersToNextTimer();
    expect(closed()).toBe(200);
  });

  it('happens once, however often it is asked for', async () => {
    const { close, release } = open();
    release();
    const drained = Promise.all([drain.drain(), drain.beforeApplicationShutdown()]);
    await vi.advanceTimersByTimeAsync(delayMs + windowMs);
    await drained;
    expect(close).toHaveBeenCalledOnce();
    expect(server.close).toHaveBeenCalledOnce();
  });
});

describe('closing many connections', () => {
  it('silences all of them at once, and closes at most 100 in one turn of the event loop', () => {
    const clients = Array.from({ length: 250 }, () => open());
    const closed = () => clients.filter(({ close }) => close.mock.calls.length > 0).length;
    closer.closeSilently(
      clients.map(({ connection }) => connection),
      closeReasons.revoked,
    );
    for (const { connection } of clients) {
      connection.send(Buffer.from('an event'));
    }
    expect(clients.some(({ write }) => write.mock.calls.length > 0)).toBe(false);
    expect(closed()).toBe(100);
    vi.advanceTimersToNextTimer();
    expect(closed()).toBe(200);
    vi.advanceTimersToNextTimer();
    expect(closed()).toBe(250);
  });
});

describe('the limits of connections', () => {
  beforeEach(() => {
    Object.assign(limitSettings, {
      maxConnections: 6,
      maxConnectionsPerAccount: 5,
      maxConnectionsPerToken: 4,
      maxConnectionsPerAddress: 3,
    });
  });
  afterEach(() => {
    Object.assign(limitSettings, unlimited);
  });

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
      limits.reserve(next, '192.0.2.1').release();
      return open(clientOf(number));
    });
    expect(() => limits.reserve(next, '192.0.2.1')).toThrow(refused);
    opened[0]?.connection.close(closeReasons.gone);
    limits.reserve(next, '192.0.2.1').release();
  });

  it.each([
    ['an address', 3, (number: number) => viewer(`a${number}`, `t${number}`), () => '192.0.2.1'],
    ['a token', 4, () => viewer('1', '3'), (number: number) => `192.0.2.${number}`],
    ['an account', 5, (number: number) => viewer('1', `t${number}`), (number: number) => `192.0.2.${number}`],
    ['the process', 6, (number: number) => viewer(`a${number}`, `t${number}`), (number: number) => `192.0.2.${number}`],
  ])('count connections of %s that are being opened at once (%i)', (_, allowed, viewerOf, addressOf) => {
    const reserve = (number: number) => limits.reserve(viewerOf(number), addressOf(number));
    const places = Array.from({ length: allowed }, (_, number) => reserve(number));
    expect(() => reserve(allowed)).toThrow(refused);
    places[0]?.release();
    places[0]?.release();
    places.push(reserve(allowed));
    expect(() => reserve(allowed + 1)).toThrow(refused);
    for (const place of places) {
      place.release();
    }
    expect(Array.from({ length: allowed }, (_, number) => reserve(number))).toHaveLength(allowed);
  });

  it('count all addresses of an IPv6 network of 64 bits together', () => {
    for (let number = 0; number < 3; number++) {
      open({ address: `2001:db8::${number}`, accountId: `a${number}`, tokenId: `t${number}` });
    }
    expect(() => limits.reserve(viewer('x', 'x'), '2001:db8::ffff')).toThrow(refused);
    limits.reserve(viewer('x', 'x'), '2001:db8:0:1::ffff').release();
  });

  it('do not count the address of a trusted proxy', () => {
    for (let number = 0; number < 4; number++) {
      open({ address: '127.0.0.1', accountId: `a${number}`, tokenId: `t${number}` });
    }
    limits.reserve(viewer('x', 'x'), '127.0.0.1').release();
  });
});

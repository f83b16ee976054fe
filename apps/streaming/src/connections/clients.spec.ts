import type { Authentication, OpenConnections } from '@fedistream/auth';
import {
  closeReasons,
  DeliverySettings,
  DeliveryStatistics,
  webSocketFraming,
  type Transport,
} from '@fedistream/delivery';
import type { Broker } from '@fedistream/event-bus';
import type { StreamGate } from '@fedistream/stream-kit/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clients } from './clients.js';

let clients: Clients;

beforeEach(() => {
  vi.useFakeTimers();
  clients = new Clients(
    { ready: true } as Partial<Broker> as Broker,
    {} as Partial<StreamGate> as StreamGate,
    { add: () => true, remove: () => undefined } as Partial<OpenConnections> as OpenConnections,
    new DeliverySettings(),
    new DeliveryStatistics(),
  );
});

afterEach(async () => {
  await clients.beforeApplicationShutdown();
  vi.useRealTimers();
});

describe('clients that only listen', () => {
  it.each([
    ['an event stream', 'eventsource', 15],
    ['a WebSocket', 'websocket', 30],
  ] as const)('hear from the server on %s (%s) every %i seconds, until it stops', (_, type, seconds) => {
    const beat = vi.fn();
    clients.heartbeats[type].join({ beat });
    for (const times of [1, 2, 3]) {
      vi.advanceTimersByTime(seconds * 1_000 - 1);
      expect(beat).toHaveBeenCalledTimes(times - 1);
      vi.advanceTimersByTime(1);
      expect(beat).toHaveBeenCalledTimes(times);
    }
    void clients.beforeApplicationShutdown();
    vi.advanceTimersByTime(seconds * 2_000);
    expect(beat).toHaveBeenCalledTimes(3);
  });
});

describe('a restart', () => {
  /** A client, and what its transport calls when it has let go of the socket. */
  const open = () => {
    let gone: () => void = () => undefined;
    const farewell = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const close = vi.fn<Transport['close']>(() => farewell);
    const transport: Transport = { framing: webSocketFraming, bufferedBytes: 0, write: vi.fn(), flush: vi.fn(), close };
    const viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: new Set<string>() };
    return { connection: clients.open({ viewer, since: 0 as Authentication['since'] }, transport), close, gone };
  };

  it('waits until the last client has gone, whatever made it go', async () => {
    const [quick, slow, killed] = [open(), open(), open()];
    killed.connection.revoke();
    const ended = vi.fn();
    const end = clients.beforeApplicationShutdown().then(ended);
    for (const { close } of [quick, slow]) {
      expect(close.mock.calls).toEqual([[closeReasons.restart]]);
    }
    expect(killed.close.mock.calls).toEqual([[closeReasons.revoked]]);
    for (const { gone } of [quick, slow, killed]) {
      await vi.advanceTimersByTimeAsync(0);
      expect(ended).not.toHaveBeenCalled();
      gone();
    }
    await end;
  });

  it('sends away whoever comes meanwhile', () => {
    clients.requireReady();
    void clients.beforeApplicationShutdown();
    expect(() => {
      clients.requireReady();
    }).toThrow(expect.objectContaining({ code: 'unavailable' }) as Error);
  });

  it('tells whoever gets in meanwhile, too', () => {
    const early = open();
    void clients.beforeApplicationShutdown();
    const late = open();
    expect(late.close.mock.calls).toEqual([[closeReasons.restart]]);
    early.gone();
    late.gone();
  });
});

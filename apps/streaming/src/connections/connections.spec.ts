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
import { ConnectionDrain } from './connection-drain.js';
import { ConnectionOpener } from './connection-opener.js';
import { Heartbeats } from './heartbeats.js';
import { Readiness } from './readiness.js';

let drain: ConnectionDrain;
let heartbeats: Heartbeats;
let opener: ConnectionOpener;
let readiness: Readiness;

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
  all(): Connection[] {
    return [...this.connections];
  }
}

beforeEach(async () => {
  vi.useFakeTimers();
  const module = await Test.createTestingModule({
    providers: [
      ConnectionDrain,
      ConnectionOpener,
      DeliveryStatistics,
      Heartbeats,
      Readiness,
      { provide: Broker, useValue: { ready: true } },
      { provide: ConnectionRegistry, useClass: Registered },
      { provide: DeliverySettings, useValue: new DeliverySettings() },
    ],
  }).compile();
  drain = module.get(ConnectionDrain);
  heartbeats = module.get(Heartbeats);
  opener = module.get(ConnectionOpener);
  readiness = module.get(Readiness);
});

afterEach(() => {
  heartbeats.stop();
  vi.useRealTimers();
});

/** Opens a connection. `release` is what its transport calls when the socket is released. */
function open() {
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
  const viewer = { accountId: '1', userId: '2', tokenId: '3', scopes: new Set<string>() };
  const killSequence = 0 as Authentication['killSequence'];
  return { connection: opener.open({ viewer, killSequence }, transport), close, release };
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
});

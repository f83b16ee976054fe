import { ConnectionRegistry } from '@fedistream/auth';
import { closeReasons, type Connection } from '@fedistream/delivery';
import { Broker } from '@fedistream/event-bus';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionCloser } from './connection-closer.js';
import { LoadShedding } from './load-shedding.js';
import { Readiness } from './readiness.js';

const windowMs = 60_000;

describe('shedding load', () => {
  let shedding: LoadShedding;
  let readiness: Readiness;
  let clients: { readonly close: ReturnType<typeof vi.fn<Connection['close']>> }[];

  beforeEach(async () => {
    vi.useFakeTimers();
    vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    clients = Array.from({ length: 1_000 }, () => ({ close: vi.fn<Connection['close']>() }));
    const module = await Test.createTestingModule({
      providers: [
        ConnectionCloser,
        LoadShedding,
        Readiness,
        { provide: Broker, useValue: { ready: true } },
        { provide: ConnectionRegistry, useValue: { all: () => [...clients] } },
      ],
    }).compile();
    shedding = module.get(LoadShedding);
    readiness = module.get(Readiness);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const closed = () => clients.flatMap(({ close }, index) => (close.mock.calls.length > 0 ? [index] : []));

  it('closes so many connections over the window, in random order, and tells their clients to reconnect', async () => {
    expect(shedding.begin(100, windowMs)).toBe(100);
    expect(closed()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(windowMs / 2);
    expect(closed().length).toBeGreaterThan(20);
    expect(closed().length).toBeLessThan(90);
    await vi.advanceTimersByTimeAsync(windowMs * 1.5);
    expect(closed()).toHaveLength(100);
    // Not the first hundred, which have been there for longest.
    expect(closed().at(-1)).toBeGreaterThan(200);
    expect(new Set(clients.flatMap(({ close }) => close.mock.calls).flat())).toEqual(new Set([closeReasons.restart]));
    expect(() => {
      readiness.requireReady();
    }).not.toThrow();
  });

  it('closes no more than there are', () => {
    expect(shedding.begin(5_000, windowMs)).toBe(1_000);
  });

  it('does not begin again before it has ended', async () => {
    shedding.begin(10, windowMs);
    expect(shedding.begin(10, windowMs)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(windowMs * 2);
    expect(shedding.begin(10, windowMs)).toBe(10);
  });

  it('does not begin while the process drains', () => {
    readiness.startLeaving();
    expect(shedding.begin(10, windowMs)).toBeUndefined();
    expect(closed()).toEqual([]);
  });
});

import type { OpenConnections } from '@fedistream/auth';
import { DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import type { EventFeed } from '@fedistream/event-bus';
import type { StreamGate } from '@fedistream/stream-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clients } from './clients.js';

describe('clients that only listen', () => {
  let clients: Clients;

  beforeEach(() => {
    vi.useFakeTimers();
    clients = new Clients(
      {} as Partial<EventFeed> as EventFeed,
      {} as Partial<StreamGate> as StreamGate,
      {} as Partial<OpenConnections> as OpenConnections,
      new DeliverySettings(),
      new DeliveryStatistics(),
    );
  });

  afterEach(() => {
    clients.beforeApplicationShutdown();
    vi.useRealTimers();
  });

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
    clients.beforeApplicationShutdown();
    vi.advanceTimersByTime(seconds * 2_000);
    expect(beat).toHaveBeenCalledTimes(3);
  });
});

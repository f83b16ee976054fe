import { Audience, AudienceSettings, AudienceStatistics } from '@fedistream/audience';
import { MemoryAudienceStore } from '@fedistream/audience/testing';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stream, StreamDefinition, StreamGate, StreamOutlets, text, type StreamSource } from './index.js';
import { FollowedChannels } from './testing/followed-channels.js';
import { viewer } from './testing/index.js';
import { recordingTransport } from './testing/recording-transport.js';

const maxSubscriptions = 3;

/** A stream that takes its time to say who may. */
@Stream({ name: 'room', scopes: ['read'], audience: 'chosen-by-publisher', params: { id: text() } })
class RoomStream implements StreamSource<{ id: string }> {
  /** Questions that have not been answered. */
  readonly pending: ((allowed: boolean) => void)[] = [];

  authorize(): Promise<boolean> {
    return new Promise((resolve) => {
      this.pending.push(resolve);
    });
  }

  channels() {
    return ['timeline:room'];
  }
}

describe('the way in to a stream', () => {
  let feed: FollowedChannels;
  let gate: StreamGate;
  let room: RoomStream;
  let definition: StreamDefinition;
  let connection: Connection;

  beforeEach(() => {
    vi.useFakeTimers();
    feed = new FollowedChannels();
    const audience = new Audience(new MemoryAudienceStore(), new AudienceSettings(), new AudienceStatistics());
    gate = new StreamGate(new StreamOutlets(new EventBus(feed, new BusStatistics()), audience));
    room = new RoomStream();
    definition = new StreamDefinition(room);
    connection = new Connection(viewer(), recordingTransport([]), {
      settings: new DeliverySettings({ maxSubscriptions }),
      statistics: new DeliveryStatistics(),
      closed: () => undefined,
    });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks no more at once than a connection may have subscriptions, although it takes back what it asked for', async () => {
    const request = definition.request('room', { id: '1' });
    const refused: unknown[] = [];
    for (let time = 0; time < 10; time++) {
      gate.subscribe(connection, request).catch((failure: unknown) => refused.push(failure));
      connection.unsubscribe(request.label);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(room.pending).toHaveLength(maxSubscriptions);
    expect(connection.labels).toEqual([]);
    room.pending.splice(0).forEach((answer) => {
      answer(true);
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(feed.channels.size).toBe(0);
    // It may ask again as soon as it has been answered.
    void gate.subscribe(connection, request);
    expect(room.pending).toHaveLength(1);
    room.pending[0]?.(true);
    await vi.advanceTimersByTimeAsync(0);
    expect([...feed.channels]).toEqual(['timeline:room']);
  });

  it('tells a client that has not taken it back when it has asked too much', async () => {
    const other = definition.request('room', { id: 'other' });
    for (let time = 0; time < maxSubscriptions; time++) {
      void gate.subscribe(connection, other);
      connection.unsubscribe(other.label);
    }
    const wanted = definition.request('room', { id: 'wanted' });
    await expect(gate.subscribe(connection, wanted)).rejects.toMatchObject({ code: 'tooManySubscriptions' });
    expect(connection.labels).toEqual([]);
  });

  it('does not wait for ever for a stream that does not say who may', async () => {
    const refusal = expect(gate.subscribe(connection, definition.request('room', { id: '1' }))).rejects.toMatchObject({
      code: 'unavailable',
      cause: new Error('no answer within 10000 ms'),
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await refusal;
    expect(connection.labels).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

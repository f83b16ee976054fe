import { Audience, AudienceSettings, AudienceStatistics } from '@fedistream/audience';
import { MemoryAudienceStore } from '@fedistream/audience/testing';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stream, StreamEvent, StreamingError, text, type StreamSource } from './index.js';
import { StreamDefinition, StreamGate, StreamFanouts } from './server.js';
import { SubscribedChannels } from './testing/subscribed-channels.js';
import { viewer } from './testing/index.js';
import { recordingTransport, type ReceivedEvent } from './testing/recording-transport.js';

const maxSubscriptions = 3;

/** A stream that takes its time to say who may. */
@Stream({ name: 'room', scopes: ['read'], audience: 'chosen-by-publisher', params: { id: text() } })
class RoomStream implements StreamSource<{ id: string }> {
  /** @param pending the questions that have not been answered */
  constructor(private readonly pending: ((allowed: boolean) => void)[]) {}

  authorize(): Promise<boolean> {
    return new Promise((resolve) => {
      this.pending.push(resolve);
    });
  }

  channels() {
    return ['timeline:room'];
  }
}

/** A stream whose methods answer as they are told, also what the compiler would refuse. */
@Stream({ name: 'told', scopes: ['read'], audience: 'chosen-by-publisher' })
class ToldStream implements StreamSource {
  constructor(
    private readonly answers: { readonly authorize?: () => unknown; readonly channels?: () => unknown } = {},
  ) {}

  authorize() {
    return (this.answers.authorize ? this.answers.authorize() : true) as boolean;
  }

  channels() {
    return (this.answers.channels ? this.answers.channels() : ['timeline:told']) as string[];
  }
}

describe('the way in to a stream', () => {
  let broker: SubscribedChannels;
  let bus: EventBus;
  let gate: StreamGate;
  let pending: ((allowed: boolean) => void)[];
  let definition: StreamDefinition;
  let connection: Connection;

  beforeEach(() => {
    vi.useFakeTimers();
    broker = new SubscribedChannels();
    const audience = new Audience(new MemoryAudienceStore(), new AudienceSettings(), new AudienceStatistics());
    bus = new EventBus(broker, new BusStatistics());
    gate = new StreamGate(new StreamFanouts(bus, audience));
    pending = [];
    definition = new StreamDefinition(new RoomStream(pending));
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
    expect(pending).toHaveLength(maxSubscriptions);
    expect(connection.labels).toEqual([]);
    pending.splice(0).forEach((answer) => {
      answer(true);
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(broker.channels.size).toBe(0);
    // It may ask again as soon as it has been answered.
    void gate.subscribe(connection, request);
    expect(pending).toHaveLength(1);
    pending[0]?.(true);
    await vi.advanceTimersByTimeAsync(0);
    expect([...broker.channels]).toEqual(['timeline:room']);
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
      cause: new Error('Stream "room" failed in authorize(): Error: no answer within 10000 ms'),
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await refusal;
    expect(connection.labels).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  /** What a client is told, by whichever way it comes in, and what the log says. Nothing may be followed afterwards. */
  async function refusalsOf(source: StreamSource): Promise<readonly StreamingError[]> {
    const request = new StreamDefinition(source).request('told', {});
    const outcomes = await Promise.allSettled([gate.subscribe(connection, request), gate.admit(viewer(), request)]);
    expect(connection.labels).toEqual([]);
    expect(broker.channels.size).toBe(0);
    return outcomes.map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as StreamingError) : expect.fail(),
    );
  }

  it.each([undefined, null, 'no', '', 0, 1, {}])('opens for true alone, and %j is a mistake', async (answer) => {
    const mistake = 'Stream "told" failed in authorize(): TypeError: it must answer true or false';
    for (const authorize of [() => answer, () => Promise.resolve(answer)]) {
      for (const refusal of await refusalsOf(new ToldStream({ authorize }))) {
        expect(refusal).toMatchObject({
          code: 'unexpected',
          cause: { message: expect.stringContaining(mistake) as string },
        });
      }
    }
  });

  it.each([
    {
      how: 'at once',
      authorize: () => {
        throw new TypeError('cannot read it');
      },
    },
    { how: 'later', authorize: () => Promise.reject(new TypeError('cannot read it')) },
  ])('takes what authorize throws $how for a mistake, not for something that passes', async ({ authorize }) => {
    for (const refusal of await refusalsOf(new ToldStream({ authorize }))) {
      expect(refusal).toMatchObject({
        code: 'unexpected',
        message: 'An unexpected error occurred',
        cause: {
          message: 'Stream "told" failed in authorize(): TypeError: cannot read it',
          stack: expect.stringContaining('stream-gate.spec') as string,
        },
      });
    }
  });

  it('hands on the refusals that a stream throws itself', async () => {
    const refusal = new StreamingError('unavailable');
    const throwIt = () => {
      throw refusal;
    };
    expect(await refusalsOf(new ToldStream({ authorize: throwIt }))).toEqual([refusal, refusal]);
    expect(await refusalsOf(new ToldStream({ channels: throwIt }))).toEqual([refusal, refusal]);
  });

  it.each<{ readonly how: string; readonly channels: () => unknown; readonly told: string }>([
    {
      how: 'that throws',
      channels: () => {
        throw new Error('none today');
      },
      told: 'Error: none today',
    },
    {
      how: 'with a promise',
      channels: () => Promise.resolve(['timeline:told']),
      told: 'TypeError: it must return a list',
    },
    { how: 'with a text', channels: () => 'timeline:told', told: 'TypeError: it must return a list' },
    { how: 'with nothing', channels: () => undefined, told: 'TypeError: it must return a list' },
    { how: 'with none', channels: () => [], told: 'TypeError: it must return a list' },
    {
      how: 'with one that is missing',
      channels: () => ['timeline:told', undefined],
      told: 'TypeError: it must return a list',
    },
    { how: 'with one that has no name', channels: () => [''], told: 'TypeError: it must return a list' },
    {
      how: 'with the control channel of an account',
      channels: () => ['timeline:told', 'timeline:system:1'],
      told: 'TypeError: clients never receive what "timeline:system:1" carries',
    },
    {
      how: 'with the control channel of a token',
      channels: () => ['timeline:access_token:1'],
      told: 'TypeError: clients never receive what "timeline:access_token:1" carries',
    },
  ])('does not open for channels() $how', async ({ channels, told }) => {
    for (const refusal of await refusalsOf(new ToldStream({ channels }))) {
      expect(refusal.code).toBe('unexpected');
      expect(refusal.cause).toMatchObject({
        message: expect.stringContaining(`Stream "told" failed in channels(): ${told}`) as string,
      });
    }
  });

  it('delivers what a channel carries once, however often the stream names it', async () => {
    const received: ReceivedEvent[] = [];
    const client = new Connection(viewer(), recordingTransport(received), {
      settings: new DeliverySettings(),
      statistics: new DeliveryStatistics(),
      closed: () => undefined,
    });
    const source = new ToldStream({ channels: () => ['timeline:told', 'timeline:told'] });
    await gate.subscribe(client, new StreamDefinition(source).request('told', {}));
    bus.publish('timeline:told', StreamEvent.of('once'));
    expect(received.map(({ event }) => event)).toEqual(['once']);
  });
});

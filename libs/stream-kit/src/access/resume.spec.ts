import { HistorySettings, TicketStore, type HistoryAnswer } from '@fedistream/history';
import { MemoryAudienceStore, statusOf } from '@fedistream/audience/testing';
import { resumableWebSocketFraming } from '@fedistream/delivery';
import { StreamEvent } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stream, text } from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { HistoryBench } from '../testing/history-bench.js';
import { viewer } from '../testing/index.js';
import type { BenchClient } from '../testing/stream-bench.js';
import type { ResumeSubscription } from './stream-gate.js';

const channel = 'timeline:room';
const identity = { name: 'test', owner: 'team-test', package: 'test', version: '0.0.0' };
const room = stream({
  name: 'room',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { id: text() },
  channels: () => [channel as never],
});
const other = stream({
  name: 'other',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  channels: () => ['timeline:other' as never],
});
const definition = new StreamDefinition(room, identity);
const otherRequest = new StreamDefinition(other, identity).request('other', {});
const request = definition.request('room', { id: '1' });

const resuming = (since?: string): ResumeSubscription => ({
  since,
  framing: resumableWebSocketFraming,
  answer: ({ recovered, events }) =>
    recovered === undefined ? [] : [StreamEvent.of('resumed', { recovered, events: events.length })],
});

/** What a client has received, in short: names of events, with the payload of an answer to `since`. */
const summary = ({ received }: BenchClient) =>
  received.map(({ event, payload }) => (event === 'resumed' ? `${event} ${payload ?? ''}` : event));

/** A ticket store with one ticket, which stays. */
class OneTicket extends TicketStore {
  position: string | undefined;
  readonly leave = () => Promise.resolve();
  readonly withdraw = () => Promise.resolve();
  readonly giveBack = vi.fn<() => Promise<void>>(() => Promise.resolve());
  readonly take = () => Promise.resolve(this.position === undefined ? [] : [this.position]);
}

describe('a client that resumes', () => {
  let history: HistoryBench;
  let client: BenchClient;
  let tickets: OneTicket;

  beforeEach(() => {
    tickets = new OneTicket();
    history = new HistoryBench([definition], { settings: new HistorySettings({ maxReplayBytes: 1_000 }), tickets });
    client = history.bench.connect(viewer());
  });

  afterEach(() => {
    history.stop();
    vi.restoreAllMocks();
  });

  const publish = (...names: string[]) => {
    for (const event of names) {
      history.publish(channel, JSON.stringify({ event, payload: event }));
    }
  };

  /** A position after one event that a client has received. */
  async function positionOfClientThatLeft(): Promise<string> {
    const earlier = history.bench.connect(viewer());
    await history.bench.gate.subscribe(earlier.connection, request, resuming());
    publish('seen');
    const { position } = history;
    earlier.connection.unsubscribe(request.label);
    return position;
  }

  /** Calls back once while the history is being read. */
  function whileReading(callback: () => void): void {
    const { store } = history;
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementationOnce(async (query): Promise<HistoryAnswer> => {
      const answer = await read(query);
      callback();
      return answer;
    });
  }

  it('receives what this server misses while the client is being resumed', async () => {
    const since = await positionOfClientThatLeft();
    publish('s1');
    whileReading(() => {
      history.miss(() => {
        publish('s2');
      });
      publish('s3');
    });
    await history.bench.gate.subscribe(client.connection, request, resuming(since));
    publish('s4');
    const events = ['s1', 's2', 's3', 'checkpoint', 's4'];
    expect(summary(client)).toEqual(['resumed {"recovered":true,"events":3}', ...events]);
    expect(history.statistics.resumes).toMatchObject({ interrupted: 1, recovered: 1 });
  });

  it('is told that something is missing when what it missed would not fit into what it may leave unread', async () => {
    const since = await positionOfClientThatLeft();
    publish('a'.repeat(400), 'b'.repeat(400));
    await history.bench.gate.subscribe(client.connection, request, resuming(since));
    expect(summary(client)).toEqual(['resumed {"recovered":false,"events":0}', 'checkpoint']);
    expect(history.statistics.resumes.tooMany).toBe(1);
  });

  it('receives the second of two replays when it has read the first: both together may exceed what it may leave unread', async () => {
    const since = await positionOfClientThatLeft();
    publish('missed');
    let unread = 0;
    vi.spyOn(client.connection, 'bufferedBytes', 'get').mockImplementation(() => unread);
    const send = client.connection.send.bind(client.connection);
    vi.spyOn(client.connection, 'send').mockImplementation((bytes) => {
      unread += 500;
      send(bytes);
    });
    const second = definition.request('room', { id: '2' });
    const opened = [request, second].map((one) =>
      history.bench.gate.subscribe(client.connection, one, resuming(since)),
    );
    await Promise.race(opened);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(summary(client).filter((name) => name === 'missed')).toHaveLength(1);
    unread = 0;
    await Promise.all(opened);
    expect(summary(client).filter((name) => name === 'missed')).toHaveLength(2);
  });

  it('costs no read of the history when it has unsubscribed meanwhile', async () => {
    const since = await positionOfClientThatLeft();
    const read = vi.spyOn(history.store, 'read');
    const { store } = history;
    const fence = store.fence.bind(store);
    vi.spyOn(store, 'fence').mockImplementation((number) => {
      client.connection.unsubscribe(request.label);
      return fence(number);
    });
    await history.bench.gate.subscribe(client.connection, request, resuming(since));
    expect([read.mock.calls.length, summary(client), history.bench.broker.channels.size]).toEqual([0, [], 0]);
  });

  it('recovers from a position that it was told without an event, of this stream only', async () => {
    const { gate } = history.bench;
    await gate.subscribe(client.connection, request, resuming());
    const since = client.received[0]?.id;
    client.connection.unsubscribe(request.label);
    publish('missed');
    await gate.subscribe(client.connection, request, resuming(since));
    // The platform may have published nothing there: no client was subscribed to it.
    await gate.subscribe(client.connection, otherRequest, resuming(since));
    const answers = summary(client).filter((text) => text !== 'checkpoint');
    expect(answers).toEqual([
      'resumed {"recovered":true,"events":1}',
      'missed',
      'resumed {"recovered":false,"events":0}',
    ]);
  });

  it('is told that nothing is replayed when it is subscribed already', async () => {
    const since = await positionOfClientThatLeft();
    const { gate } = history.bench;
    await gate.subscribe(client.connection, request);
    await gate.subscribe(client.connection, request, resuming(since));
    await gate.subscribe(client.connection, request, resuming());
    publish('live');
    expect(summary(client)).toEqual(['resumed {"recovered":false,"events":0}', 'live']);
  });

  it('is refused, and keeps its position, when this server misses messages again and again', async () => {
    const since = await positionOfClientThatLeft();
    const { store } = history;
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementation((query) => {
      history.miss(() => undefined);
      return read(query);
    });
    const subscribing = history.bench.gate.subscribe(client.connection, request, resuming(since));
    await expect(subscribing).rejects.toMatchObject({ code: 'unavailable' });
    expect([summary(client), client.connection.labels, history.bench.broker.channels.size]).toEqual([[], [], 0]);
  });

  describe('with the ticket of a restart', () => {
    beforeEach(async () => {
      tickets.position = await positionOfClientThatLeft();
      publish('missed');
    });

    it('receives what it missed, and not again when it unsubscribes and subscribes on the same connection', async () => {
      const { gate } = history.bench;
      await gate.subscribe(client.connection, request);
      client.connection.unsubscribe(request.label);
      await gate.subscribe(client.connection, request);
      expect(summary(client)).toEqual(['missed']);
    });

    it('receives it also on a connection that opens with its subscription, and there once, too', async () => {
      const { gate } = history.bench;
      (await gate.admit(viewer(), request, undefined, true)).attach(client.connection);
      client.connection.unsubscribe(request.label);
      await gate.subscribe(client.connection, request);
      expect(summary(client)).toEqual(['missed']);
    });

    it('is no event stream: those never take one', async () => {
      (await history.bench.gate.admit(viewer(), request)).attach(client.connection);
      expect(summary(client)).toEqual([]);
    });

    it('gives the ticket back when its subscription is refused or ends before it has received anything', async () => {
      const { gate } = history.bench;
      (await gate.admit(viewer(), request, undefined, true)).release();
      expect(tickets.giveBack).toHaveBeenCalledTimes(1);
      vi.spyOn(history.store, 'fence').mockImplementation(() => {
        client.connection.unsubscribe(request.label);
        return Promise.reject(new Error('no history'));
      });
      await gate.subscribe(client.connection, request);
      expect(tickets.giveBack).toHaveBeenCalledTimes(2);
    });
  });
});

describe('a client of a filtered stream that follows its position', () => {
  const timeline = stream({
    name: 'timeline',
    scopes: ['read'],
    audience: 'per-viewer',
    channels: () => [channel as never],
  });
  const wanted = new StreamDefinition(timeline, identity).request('timeline', {});
  let store: MemoryAudienceStore;
  let history: HistoryBench;

  beforeEach(() => {
    vi.useFakeTimers();
    store = new MemoryAudienceStore();
    history = new HistoryBench([], { audience: store });
  });

  afterEach(() => {
    history.stop();
    vi.useRealTimers();
  });

  const post = (id: string) => {
    history.publish(channel, JSON.stringify({ event: 'update', payload: statusOf({ id }) }));
  };
  const down = () => Promise.reject(new Error('the database is down'));

  it('learns of events that were dropped undecided, once, before it receives the next one', async () => {
    const [follows, plain] = [history.bench.connect(viewer()), history.bench.connect(viewer())];
    const subscribing = history.bench.gate.subscribe(follows.connection, wanted, resuming());
    await vi.advanceTimersByTimeAsync(100);
    await subscribing;
    await history.bench.gate.subscribe(plain.connection, wanted);
    store.beforeAnswering = down;
    post('1');
    post('2');
    await vi.advanceTimersByTimeAsync(10_000);
    store.beforeAnswering = () => undefined;
    post('3');
    await vi.advanceTimersByTimeAsync(100);
    expect(summary(follows)).toEqual(['checkpoint', 'resumed {"recovered":false,"events":0}', 'update']);
    expect(summary(plain)).toEqual(['update']);
  });

  it('is told a moment later when no other event follows', async () => {
    const client = history.bench.connect(viewer());
    const subscribing = history.bench.gate.subscribe(client.connection, wanted, resuming());
    await vi.advanceTimersByTimeAsync(100);
    await subscribing;
    store.beforeAnswering = down;
    post('1');
    await vi.advanceTimersByTimeAsync(11_000);
    expect(summary(client)).toEqual(['checkpoint', 'resumed {"recovered":false,"events":0}']);
  });
});

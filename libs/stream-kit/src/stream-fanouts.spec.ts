import { Audience, AudienceSettings, AudienceStatistics } from '@fedistream/audience';
import { accountOf, MemoryAudienceStore, statusOf } from '@fedistream/audience/testing';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import { Logger } from '@nestjs/common';
import { debounceTime, EMPTY, filter, finalize, map, take, throwError, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { optional, Stream, StreamEvent, type Param, type StreamContext, type StreamSource } from './index.js';
import { StreamDefinition, StreamGate, StreamFanouts } from './server.js';
import { SubscribedChannels } from './testing/subscribed-channels.js';
import { viewer } from './testing/index.js';
import { recordingTransport, type ReceivedEvent } from './testing/recording-transport.js';

const channel = 'timeline:cats';

class Source implements StreamSource {
  channels() {
    return [channel];
  }
}

@Stream({ name: 'cats', scopes: ['read'], audience: 'per-viewer', closedBy: 'live-feeds' })
class CatsStream extends Source {}

@Stream({ name: 'cats:selected', scopes: ['read'], audience: 'per-viewer', closedBy: 'live-feeds' })
class SelectedCatsStream extends Source {
  select(events: Observable<StreamEvent>) {
    return events.pipe(map(({ name, payload }) => StreamEvent.of(name, payload)));
  }
}

@Stream({ name: 'cats:always', scopes: ['read'], audience: 'per-viewer' })
class AlwaysOpenCatsStream extends Source {}

/** A parameter of a team's own, for which any text is good. */
const anything: Param<string> = { optional: false, parse: (written) => written };

/** Anybody's text becomes part of a channel's name. */
@Stream({ name: 'team', scopes: ['read'], audience: 'chosen-by-publisher', params: { name: anything } })
class TeamStream implements StreamSource<{ name: string }> {
  channels({ params }: Pick<StreamContext<{ name: string }>, 'params'>) {
    return [`team:${params.name}`];
  }
}

/** A parameter of a team's own, whose value JSON cannot tell from others. */
const words: Param<ReadonlySet<string>> = { optional: false, parse: (written) => new Set(written.split(',')) };

interface Wanted {
  readonly kinds?: ReadonlySet<string> | undefined;
  readonly others?: ReadonlySet<string> | undefined;
}

@Stream({
  name: 'cats:kinds',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  params: { kinds: optional(words), others: optional(words) },
})
class KindsStream extends Source implements StreamSource<Wanted> {
  select(events: Observable<StreamEvent>, { params: { kinds, others } }: Pick<StreamContext<Wanted>, 'params'>) {
    return events.pipe(filter(({ name }) => kinds?.has(name) ?? others?.has(name) === false));
  }
}

@Stream({ name: 'board', scopes: ['admin'], audience: 'chosen-by-publisher' })
class BoardStream implements StreamSource {
  channels() {
    return ['team:cats', 'team:board'];
  }
}

@Stream({ name: 'cats:failing', scopes: ['read'], audience: 'chosen-by-publisher' })
class FailingStream extends Source {
  select(events: Observable<StreamEvent>) {
    return events.pipe(map(failWithFence));
  }
}

/** Selects as it is told. */
@Stream({ name: 'cats:told', scopes: ['read'], audience: 'chosen-by-publisher' })
class ToldStream extends Source {
  constructor(private readonly told: (events: Observable<StreamEvent>) => Observable<StreamEvent>) {
    super();
  }

  select(events: Observable<StreamEvent>) {
    return this.told(events);
  }
}

@Stream({ name: 'cats:ending', scopes: ['read'], audience: 'chosen-by-publisher' })
class BadlyEndingStream extends Source {
  select(events: Observable<StreamEvent>) {
    return events.pipe(
      finalize(() => {
        throw new Error('at the end');
      }),
    );
  }
}

let store: MemoryAudienceStore;
let broker: SubscribedChannels;
let bus: EventBus;
let gate: StreamGate;
beforeEach(() => {
  store = new MemoryAudienceStore();
  broker = new SubscribedChannels();
  bus = new EventBus(broker, new BusStatistics());
  const audience = new Audience(store, new AudienceSettings({ maxGatherMs: 0 }), new AudienceStatistics());
  gate = new StreamGate(new StreamFanouts(bus, audience));
});

/** A client of this account, and what it receives. */
function connect(accountId: string): { connection: Connection; received: () => readonly string[] } {
  const received: ReceivedEvent[] = [];
  const connection = new Connection(viewer({ accountId, userId: `1${accountId}` }), recordingTransport(received), {
    settings: new DeliverySettings(),
    statistics: new DeliveryStatistics(),
    closed: () => undefined,
  });
  return { connection, received: () => received.map(({ event }) => event) };
}

async function subscribe(connection: Connection, source: StreamSource<never>, params: Record<string, string> = {}) {
  const definition = new StreamDefinition(source);
  await gate.subscribe(connection, definition.request(definition.names[0] ?? '', params));
}

/** A client of this account that listens to the stream: the names of the events that it receives. */
async function listen(source: StreamSource, accountId: string): Promise<() => readonly string[]> {
  const { connection, received } = connect(accountId);
  await subscribe(connection, source);
  return received;
}

/** Publishes a status, then something for everybody: who has only the latter will not get the former. */
async function publish(status: object): Promise<void> {
  bus.publish(channel, StreamEvent.of('update', status));
  bus.publish(channel, StreamEvent.of('fence'));
  await new Promise((resolve) => setImmediate(resolve));
}

describe.each<{ readonly which: string; readonly source: StreamSource }>([
  { which: 'without select', source: new CatsStream() },
  { which: 'with select', source: new SelectedCatsStream() },
])('a per-viewer stream $which', ({ source }) => {
  it('shows a status to everybody but those who block its author', async () => {
    store.tables.blocks.push({ accountId: '5', targetAccountId: '900' });
    const blocking = await listen(source, '5');
    const other = await listen(source, '6');
    await publish(statusOf({ account: accountOf('900') }));
    expect(blocking()).toEqual(['fence']);
    expect(other()).toEqual(['update', 'fence']);
  });

  it('is closed by the settings that it declares', async () => {
    const received = await listen(source, '5');
    await publish(statusOf({ account: accountOf('900') }));
    store.tables.settings.set('local_live_feed_access', '--- disabled\n');
    await publish(statusOf({ account: accountOf('900') }));
    expect(received()).toEqual(['update', 'fence', 'fence']);
  });
});

describe('streams on the same channels', () => {
  it('are closed each by the settings that it declares, or by none', async () => {
    store.tables.settings.set('local_live_feed_access', '--- disabled\n');
    const live = await listen(new CatsStream(), '5');
    const always = await listen(new AlwaysOpenCatsStream(), '5');
    await publish(statusOf({ account: accountOf('900') }));
    expect(live()).toEqual(['fence']);
    expect(always()).toEqual(['update', 'fence']);
  });
});

describe('streams on other channels', () => {
  it('are other streams, whatever text becomes part of a name', async () => {
    const { connection: member, received } = connect('5');
    await subscribe(member, new TeamStream(), { name: 'cats\nteam:board' });
    const { connection: board, received: ofBoard } = connect('6');
    await subscribe(board, new BoardStream());
    bus.publish('team:board', StreamEvent.of('secret'));
    expect(received()).toEqual([]);
    expect(ofBoard()).toEqual(['secret']);
  });
});

describe('requests with other parameters', () => {
  it.each<{ readonly params: Record<string, string>; readonly expected: readonly string[] }>([
    { params: { kinds: 'tom,kitten' }, expected: ['tom', 'kitten'] },
    { params: { kinds: 'kitten' }, expected: ['kitten'] },
    { params: { others: 'kitten' }, expected: ['tom', 'queen'] },
  ])('are given what they have asked for: $params', async ({ params, expected }) => {
    const source = new KindsStream();
    const { connection, received } = connect('5');
    const { connection: earlier } = connect('6');
    await subscribe(earlier, source, { kinds: 'tom' });
    await subscribe(earlier, source, { kinds: 'kitten' });
    await subscribe(connection, source, params);
    for (const name of ['tom', 'kitten', 'queen']) {
      bus.publish(channel, StreamEvent.of(name));
    }
    expect(received()).toEqual(expected);
  });
});

describe('a stream that fails', () => {
  let error: MockInstance<(message: string, stack?: string) => void>;
  let subscribe: MockInstance;
  let unsubscribe: MockInstance;

  beforeEach(() => {
    error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    subscribe = vi.spyOn(broker, 'subscribe');
    unsubscribe = vi.spyOn(broker, 'unsubscribe');
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
    // Whatever it does, its channel is listened to from the first client on, without a break.
    expect(subscribe).toHaveBeenCalledTimes(1);
    expect(unsubscribe).not.toHaveBeenCalled();
    error.mockRestore();
  });

  function publishAll(...names: readonly string[]): void {
    for (const name of names) {
      bus.publish(channel, StreamEvent.of(name));
    }
  }

  /** What the operators were told, with the trace that came with it. */
  function complaints(): readonly string[] {
    return error.mock.calls.map((call) => call.join('\n'));
  }

  it('in select loses the events that it fails for, and no others', async () => {
    const received = await listen(new FailingStream(), '5');
    publishAll('a', 'fence', 'b', 'fence', 'fence', 'fence', 'c', 'd');
    expect(received()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('again and again is told of once, with its name and its trace', async () => {
    const received = await listen(new FailingStream(), '5');
    for (let event = 0; event < 10; event++) {
      publishAll('fence', 'update');
    }
    expect(received()).toEqual(Array(10).fill('update'));
    expect(complaints()).toEqual([
      expect.stringMatching(
        /^Stream "cats:failing" failed in select\(\): Error: again; it begins anew with the next event\n.*stream-fanouts\.spec/s,
      ),
    ]);
  });

  it('does not keep the failure of another from being told', async () => {
    await listen(new FailingStream(), '5');
    await listen(new ToldStream((events) => events.pipe(debounceTime(10), map(failWithEach))), '5');
    publishAll('fence');
    vi.advanceTimersByTime(10);
    expect(complaints()).toEqual([
      expect.stringContaining('"cats:failing"'),
      expect.stringContaining('"cats:told" failed in select(): Error: each; it begins anew with the next event'),
    ]);
  });

  it.each<{ readonly how: string; readonly fail: () => Observable<StreamEvent>; readonly told: string }>([
    { how: 'when select is called', fail: () => failWithEach(), told: 'Error: each' },
    { how: 'before anything is published', fail: () => throwError(() => new Error('none')), told: 'Error: none' },
    {
      how: 'to return an observable from select',
      fail: () => undefined as never,
      told: 'TypeError: it must return an Observable, not undefined',
    },
    { how: 'to stay open', fail: () => EMPTY, told: 'Error: it has completed' },
  ])('$how passes nothing, and is asked again a second later', async ({ fail, told }) => {
    let works = false;
    const received = await listen(new ToldStream((events) => (works ? events : fail())), '5');
    publishAll('lost');
    works = true;
    vi.advanceTimersByTime(999);
    publishAll('lost');
    expect(received()).toEqual([]);
    vi.advanceTimersByTime(1);
    publishAll('a', 'b');
    expect(received()).toEqual(['a', 'b']);
    expect(complaints()).toEqual([expect.stringContaining(`Stream "cats:told" failed in select(): ${told}`)]);
    expect(complaints().join()).toContain('; events are lost until it begins anew in 1000 ms');
  });

  it('to go on, because its select takes only so many, begins anew and says so', async () => {
    const received = await listen(new ToldStream((events) => events.pipe(take(2))), '5');
    publishAll('a', 'b', 'c', 'd', 'e');
    expect(received()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(complaints()).toEqual([
      expect.stringContaining(
        'Stream "cats:told" failed in select(): Error: it has completed, as take() and first() do',
      ),
    ]);
  });

  it('once more while what has failed is ended goes on all the same', async () => {
    const received = await listen(
      new ToldStream((events) => events.pipe(map(failWithFence), finalize(failWithEach))),
      '5',
    );
    publishAll('fence', 'a', 'fence', 'b');
    expect(received()).toEqual(['a', 'b']);
  });
});

describe('a stream that throws when its chain ends', () => {
  it('does not keep its listeners from leaving everything else', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const { connection } = connect('5');
    await subscribe(connection, new BadlyEndingStream());
    await subscribe(connection, new TeamStream(), { name: 'cats' });
    expect(broker.channels.size).toBe(2);
    connection.revoke();
    expect(broker.channels.size).toBe(0);
    expect(error).toHaveBeenCalledTimes(1);
    error.mockRestore();
  });
});

function failWithEach(): never {
  throw new Error('each');
}

function failWithFence(event: StreamEvent): StreamEvent {
  if (event.name === 'fence') {
    throw new Error('again');
  }
  return event;
}

import { StoreUnavailable } from '@fedistream/audience';
import { accountOf, MemoryAudienceStore, statusOf } from '@fedistream/audience/testing';
import { Logger } from '@nestjs/common';
import { debounceTime, EMPTY, finalize, map, take, throwError, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import {
  channelFamily,
  hashtag,
  list,
  optional,
  param,
  payload,
  stream,
  text,
  type AnyStream,
  type StatusPayload,
} from '../index.js';
import { StreamEvent } from '@fedistream/domain';
import { StreamDefinition } from '../modules/stream-definition.js';
import { StreamStatistics } from '../modules/stream-statistics.js';
import { viewer } from '../testing/index.js';
import { StreamBench, type BenchClient } from '../testing/stream-bench.js';
import { FailureLog } from './failure-log.js';
import { deliverySteps } from './own-code.js';

const channel = 'timeline:cats';
const cats = channelFamily('timeline:cats', {});
const identity = { name: 'test', owner: 'team-test', package: 'test', version: '0.0.0' };
const declared = {
  scopes: ['read'],
  audience: 'per-viewer',
  closedBy: 'live-feeds',
  channels: () => [cats()],
} as const;
const public_ = { scopes: ['read'], audience: 'chosen-by-publisher', channels: () => [cats()] } as const;

/** A team's own, which says no more than it has to. */
const plain = stream({ ...declared, name: 'cats' });
const accepting = stream({ ...declared, name: 'cats:accepting', accepts: () => true });
const mapping = stream({
  ...declared,
  name: 'cats:mapping',
  source: {
    update: payload<StatusPayload & { readonly content: string }>(),
    fence: payload<undefined>({ carriesStatus: false }),
  },
  events: { card: payload<{ id: string; text: string; filters: number }>(), fence: payload<undefined>() },
  map: (update, { event }) =>
    update.name === 'fence'
      ? event('fence')
      : event('card', {
          id: update.payload.id,
          text: update.payload.content,
          filters: update.payload.filtered?.length ?? -1,
        }),
});
const alwaysOpen = stream({ ...declared, name: 'cats:always', closedBy: undefined as never });

/** A parameter of a team's own, whose value JSON cannot tell from others. */
const words = param<ReadonlySet<string>>({ parse: (written) => new Set(written.split(',')), example: 'a,b' });
const kinds = stream({
  ...public_,
  name: 'cats:kinds',
  params: { kinds: optional(words), others: optional(words) },
  accepts: ({ name }, { params }) => params.kinds?.has(name) ?? params.others?.has(name) === false,
});

const failing = stream({
  ...public_,
  name: 'cats:failing',
  select: (events) => events.pipe(map(failWithFence)) as never,
});

/** Selects as it is told. */
const selecting = (select: (events: Observable<StreamEvent>) => Observable<StreamEvent>) =>
  stream({ ...public_, name: 'cats:told', select: select as never });

const badlyEnding = stream({
  ...public_,
  name: 'cats:ending',
  select: (events) =>
    events.pipe(
      finalize(() => {
        throw new Error('at the end');
      }),
    ),
});

let store: MemoryAudienceStore;
let bench: StreamBench;
const clients: BenchClient[] = [];
beforeEach(() => {
  store = new MemoryAudienceStore();
  bench = new StreamBench([], store);
});
afterEach(() => {
  clients.splice(0).forEach(({ connection }) => {
    connection.revoke();
  });
  bench.stop();
});

/** A client of this account. */
function connect(accountId: string): BenchClient {
  const client = bench.connect(viewer({ accountId, userId: `1${accountId}` }));
  clients.push(client);
  return client;
}

async function subscribe({ connection }: BenchClient, source: AnyStream, params: Record<string, string> = {}) {
  const definition = new StreamDefinition(source, identity, {});
  await bench.gate.subscribe(connection, definition.request(definition.names[0] ?? '', params));
}

/** A client of this account that listens to the stream: the names of the events that it receives. */
async function listen(source: AnyStream, accountId: string): Promise<() => readonly string[]> {
  const client = connect(accountId);
  await subscribe(client, source);
  return () => client.received.map(({ event }) => event);
}

/** Publishes a status, then something for all: a client that has only the latter will not get the former. */
async function publish(status: object): Promise<void> {
  bench.bus.publish(channel, StreamEvent.of('update', status));
  bench.bus.publish(channel, StreamEvent.of('fence'));
  await new Promise((resolve) => setImmediate(resolve));
}

describe.each<{ readonly which: string; readonly source: AnyStream; readonly shown: string }>([
  { which: 'without code of its own', source: plain, shown: 'update' },
  { which: 'with accepts', source: accepting, shown: 'update' },
  { which: 'with map', source: mapping, shown: 'card' },
])('a per-viewer stream $which', ({ source, shown }) => {
  it('shows a status to all but the viewers that block its author', async () => {
    store.tables.blocks.push({ accountId: '5', targetAccountId: '900' });
    const blocking = await listen(source, '5');
    const other = await listen(source, '6');
    await publish(statusOf({ account: accountOf('900') }));
    expect(blocking()).toEqual(['fence']);
    expect(other()).toEqual([shown, 'fence']);
  });

  it.each(['unlisted', 'private', 'direct'])(
    'shows nothing of a status that is %s, whatever it makes of it',
    async (visibility) => {
      const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
      const received = await listen(source, '5');
      await publish(statusOf({ visibility }));
      expect(received()).toEqual(['fence']);
      warn.mockRestore();
    },
  );

  it('is closed by the settings that it declares', async () => {
    const received = await listen(source, '5');
    await publish(statusOf({ account: accountOf('900') }));
    store.tables.settings.set('local_live_feed_access', '--- disabled\n');
    await publish(statusOf({ account: accountOf('900') }));
    expect(received()).toEqual([shown, 'fence', 'fence']);
  });
});

describe('map on a per-viewer stream', () => {
  it('is given the status as each viewer receives it, with the filters that match', async () => {
    store.tables.filters.push({
      id: '1',
      accountId: '5',
      title: 'no dogs',
      context: ['public'],
      expiresAt: null,
      action: 'hide',
      keywords: [{ keyword: 'dog', wholeWord: true }],
      statusIds: [],
    });
    const filtering = connect('5');
    const other = connect('6');
    await subscribe(filtering, mapping);
    await subscribe(other, mapping);
    await publish(statusOf({ content: '<p>dog</p>' }));
    expect(filtering.received[0]?.payload).toContain('"filters":1');
    expect(other.received[0]?.payload).toContain('"filters":0');
  });
});

describe('acceptsFor', () => {
  const mine = stream({
    ...declared,
    name: 'cats:mine',
    params: { sign: optional(text()) },
    acceptsFor: (event, { viewer: { accountId }, params }) =>
      event.name !== 'update' || (params.sign ?? '') + event.payload.account.username === `user${accountId}`,
  });

  it('decides for each viewer, after the audience', async () => {
    store.tables.blocks.push({ accountId: '6', targetAccountId: '6' });
    const [five, six, seven] = [await listen(mine, '5'), await listen(mine, '6'), await listen(mine, '7')];
    for (const id of ['5', '6']) {
      await publish(statusOf({ account: accountOf(id) }));
    }
    expect([five(), six(), seven()]).toEqual([
      ['update', 'fence', 'fence'],
      ['fence', 'fence'],
      ['fence', 'fence'],
    ]);
  });

  it('cannot change the viewer, whom all streams of the connection share', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const meddling = stream({
      ...public_,
      name: 'cats:meddling',
      acceptsFor: (_, { viewer: mine }) => {
        Object.assign(mine, { accountId: '6' });
        return true;
      },
    });
    const client = connect('5');
    await subscribe(client, meddling);
    bench.bus.publish(channel, StreamEvent.of('update'));
    expect([client.received, client.connection.viewer.accountId]).toEqual([[], '5']);
    error.mockRestore();
  });

  it('drops an event for the viewer for whom it throws, and for no other', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const failsForFive = stream({
      ...public_,
      name: 'cats:choosy',
      acceptsFor: (_, { viewer: { accountId } }) => accountId !== '5' || failWithEach(),
    });
    const [five, six] = [await listen(failsForFive, '5'), await listen(failsForFive, '6')];
    await publish(statusOf());
    expect([five(), six()]).toEqual([[], ['update', 'fence']]);
    error.mockRestore();
  });
});

describe('an async function where a value is wanted', () => {
  const fail = (() => Promise.reject(new Error('too late'))) as never;

  it.each<[string, AnyStream]>([
    ['accepts', stream({ ...public_, name: 'cats:async', accepts: fail })],
    ['acceptsFor', stream({ ...public_, name: 'cats:async', acceptsFor: fail })],
    ['map', stream({ ...public_, name: 'cats:async', map: fail })],
    ['select', stream({ ...public_, name: 'cats:async', select: fail })],
  ])('is a mistake that drops the event, and its rejection does not end the process: %s', async (method, source) => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const received = await listen(source, '5');
    await publish(statusOf());
    expect(received()).toEqual([]);
    expect(JSON.stringify(error.mock.calls[0])).toMatch(new RegExp(`${method}\\(\\).*not a promise`));
    error.mockRestore();
  });
});

describe('a snapshot', () => {
  const counted = { count: payload<{ n: number }>({ carriesStatus: false }) };
  let answer: (events: number[]) => void;

  const counting = stream({
    ...public_,
    name: 'cats:counting',
    events: counted,
    snapshot: ({ event }) =>
      new Promise<number[]>((resolve) => {
        answer = resolve;
      }).then((counts) => counts.map((n) => event('count', { n }))),
  });
  const counts = ({ received }: BenchClient) =>
    received.map(({ payload: count }) => (JSON.parse(count ?? '') as { n: number }).n);
  const publishCount = (n: number) => {
    bench.bus.publish(channel, StreamEvent.of('count', { n }));
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('comes first, then what was published while it was taken, then what follows', async () => {
    const client = connect('5');
    const opening = subscribe(client, counting);
    await settle();
    publishCount(2);
    publishCount(3);
    expect(client.received).toEqual([]);
    answer([0, 1]);
    await opening;
    publishCount(4);
    expect(counts(client)).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves nothing behind when the client takes its subscription back meanwhile', async () => {
    const client = connect('5');
    const opening = subscribe(client, counting);
    await settle();
    client.connection.unsubscribe(['cats:counting']);
    answer([0]);
    await opening;
    expect(client.received).toEqual([]);
    expect(bench.broker.channels.size).toBe(0);
  });

  it('refuses the subscription when it fails, and leaves nothing behind', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const client = connect('5');
    const refused = stream({ ...public_, name: 'cats:refused', snapshot: () => failWithEach() });
    await expect(subscribe(client, refused)).rejects.toMatchObject({ code: 'unexpected' });
    expect(client.connection.labels).toEqual([]);
    expect(bench.broker.channels.size).toBe(0);
    error.mockRestore();
  });

  it('comes first for a connection that opens with its subscription, too', async () => {
    const definition = new StreamDefinition(counting, identity);
    const admitting = bench.gate.admit(viewer(), definition.request('cats:counting', {}));
    await settle();
    publishCount(2);
    answer([1]);
    const admission = await admitting;
    publishCount(3);
    const client = connect('1');
    admission.attach(client.connection);
    publishCount(4);
    expect(counts(client)).toEqual([1, 2, 3, 4]);
  });

  it.each<[string, () => readonly StreamEvent[]]>([
    ['has more than 1,000 events', () => Array.from({ length: 1_001 }, () => StreamEvent.of('count', { n: 1 }))],
    ['has more than 2 MiB of text', () => [StreamEvent.of('count', { n: 'x'.repeat(3 * 1024 * 1024) })]],
    ['has events that the stream does not declare', () => [StreamEvent.of('nope')]],
    ['has holes', () => [, StreamEvent.of('count', { n: 1 })] as never],
    ['is no list', () => new Set([StreamEvent.of('count')]) as never],
  ])('refuses the subscription when it %s', async (_, events) => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const client = connect('5');
    const large = stream({ ...public_, name: 'cats:large', events: counted, snapshot: () => events() as never });
    await expect(subscribe(client, large)).rejects.toMatchObject({ code: 'unexpected' });
    expect([client.received, bench.broker.channels.size]).toEqual([[], 0]);
    error.mockRestore();
  });

  it('is complete on a per-viewer stream, or refuses the subscription', async () => {
    const many = Array.from({ length: 1_000 }, (_, id) => statusOf({ id: String(id), account: accountOf('901') }));
    const long = stream({
      ...declared,
      name: 'cats:long',
      events: { update: payload<object>() },
      snapshot: ({ event }) => many.map((status) => event('update', status)),
    });
    const [client, other] = [connect('5'), connect('6')];
    await subscribe(client, long);
    expect(client.received).toHaveLength(1_000);
    store.beforeAnswering = () => Promise.reject(new StoreUnavailable('down'));
    await expect(subscribe(other, long)).rejects.toMatchObject({ code: 'unavailable' });
    expect(other.received).toEqual([]);
  });

  it('goes through the audience on a per-viewer stream', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    store.tables.blocks.push({ accountId: '5', targetAccountId: '900' });
    const recent = stream({
      ...declared,
      name: 'cats:recent',
      events: { update: payload<object>() },
      snapshot: ({ event }) => [
        event('update', statusOf({ id: '1', account: accountOf('900') })),
        event('update', statusOf({ id: '2', visibility: 'private', account: accountOf('901') })),
        event('update', statusOf({ id: '3', account: accountOf('901') })),
      ],
    });
    const client = connect('5');
    await subscribe(client, recent);
    expect(client.received.map((each) => (JSON.parse(each.payload ?? '') as { id: string }).id)).toEqual(['3']);
    warn.mockRestore();
  });
});

describe('streams on the same channels', () => {
  it('are closed each by the settings that it declares, or by none', async () => {
    store.tables.settings.set('local_live_feed_access', '--- disabled\n');
    const live = await listen(plain, '5');
    const always = await listen(alwaysOpen, '5');
    await publish(statusOf({ account: accountOf('900') }));
    expect(live()).toEqual(['fence']);
    expect(always()).toEqual(['update', 'fence']);
  });
});

describe('requests with other parameters', () => {
  it.each<{ readonly params: Record<string, string>; readonly expected: readonly string[] }>([
    { params: { kinds: 'tom,kitten' }, expected: ['tom', 'kitten'] },
    { params: { kinds: 'kitten' }, expected: ['kitten'] },
    { params: { others: 'kitten' }, expected: ['tom', 'queen'] },
  ])('are given what they have asked for: $params', async ({ params, expected }) => {
    const client = connect('5');
    const earlier = connect('6');
    await subscribe(earlier, kinds, { kinds: 'tom' });
    await subscribe(earlier, kinds, { kinds: 'kitten' });
    await subscribe(client, kinds, params);
    for (const name of ['tom', 'kitten', 'queen']) {
      bench.bus.publish(channel, StreamEvent.of(name));
    }
    expect(client.received.map(({ event }) => event)).toEqual(expected);
  });

  it('are one decision and one run of its own code where they are spellings of equal parameters', async () => {
    const decisions = vi.spyOn(store, 'facts');
    const calls = {
      accepts: vi.fn(() => true),
      acceptsFor: vi.fn(() => true),
      map: vi.fn((event: StreamEvent) => event),
    };
    const tagged = stream({
      ...declared,
      ...(calls as object),
      name: 'cats:tagged',
      params: { tags: list(hashtag(), { max: 3 }), also: optional(text()) },
    });
    const both = [connect('5'), connect('6')];
    const written = [
      ['Cat', 'DOG'],
      ['cat', 'dog'],
      ['#cat', '#Dog'],
    ];
    for (const client of both) {
      for (const tags of written) {
        await subscribe(client, tagged, { tags } as never);
      }
    }
    await subscribe(both[0]!, tagged, { tags: ['cat', 'dog'], also: 'x' } as never);
    bench.bus.publish(channel, StreamEvent.of('update', statusOf({ account: accountOf('900') })));
    await new Promise((resolve) => setImmediate(resolve));
    expect(both[0]?.received.map(({ stream: label }) => label)).toEqual([
      ...written.map((tags) => ['cats:tagged', ...tags.map((tag) => `tags=${tag}`)]),
      ['cats:tagged', 'tags=cat', 'tags=dog', 'also=x'],
    ]);
    const [accepted, decided, mapped] = [calls.accepts, decisions, calls.map].map((spy) => spy.mock.calls.length);
    // One for the three spellings of both clients, one for the request with another parameter.
    expect([bench.fanouts.size, accepted, decided, mapped]).toEqual([2, 2, 2, 2]);
  });

  it.each<{ readonly what: string; readonly value: (written: string) => unknown }>([
    { what: 'a Set', value: (written) => new Set([written]) },
    { what: 'a Date', value: () => new Date(0) },
    { what: 'a list of objects', value: (written) => [{ written }] },
    { what: 'the result of a regular expression', value: (written) => /./u.exec(written) },
    { what: 'not a number', value: () => NaN },
  ])('are runs of their own where a value is $what, which may look equal and not be', async ({ value }) => {
    const odd = stream({
      ...public_,
      name: 'cats:odd',
      params: { odd: param<unknown>({ parse: value, example: 'x' }) },
      accepts: () => true,
    });
    await subscribe(connect('5'), odd, { odd: 'aa' });
    await subscribe(connect('6'), odd, { odd: 'ab' });
    expect(bench.fanouts.size).toBe(2);
  });

  it('listen to one channel as often as one connection may, also while they wait for a snapshot', async () => {
    let answer = (): void => undefined;
    const waiting = stream({
      ...public_,
      name: 'cats:waiting',
      params: { q: text() },
      accepts: () => true,
      snapshot: () =>
        new Promise<never[]>(
          (resolve) =>
            (answer = () => {
              resolve([]);
            }),
        ),
    });
    const client = bench.connect(viewer(), { maxLabelsPerChannel: 1 });
    const first = subscribe(client, waiting, { q: 'a' });
    await vi.waitFor(() => {
      expect(bench.fanouts.size).toBe(1);
    });
    await expect(subscribe(client, waiting, { q: 'b' })).rejects.toMatchObject({ code: 'tooManySubscriptions' });
    expect(bench.fanouts.size).toBe(1);
    answer();
    await first;
    expect(client.connection.labels).toEqual([['cats:waiting', 'a']]);
  });

  it('share everything where the stream has no code of its own', async () => {
    const shared = stream({ ...public_, name: 'cats:shared', params: { q: optional(text()) } });
    await subscribe(connect('5'), shared, { q: 'a' });
    await subscribe(connect('6'), shared, { q: 'b' });
    expect(bench.fanouts.size).toBe(1);
  });
});

describe('what a stream makes', () => {
  const events = { note: payload<{ n: number }>({ carriesStatus: false }) };
  const source = { update: payload<object>(), fence: payload<undefined>({ carriesStatus: false }) };
  const made = async (wrong: AnyStream): Promise<readonly string[]> => {
    const received = await listen(wrong, '5');
    await publish(statusOf({ account: accountOf('900') }));
    return received();
  };

  it.each<[string, AnyStream, RegExp]>([
    [
      'an event that it does not declare, by map',
      stream({
        ...public_,
        name: 'cats:a',
        events,
        source,
        map: ((_: unknown, { event }: { event: (name: string) => StreamEvent }) => event('nope')) as never,
      }),
      /"cats:a" failed in map\(\): TypeError: it made the event "nope", which is not in events/,
    ],
    [
      'an event that it does not declare, by select',
      stream({
        ...public_,
        name: 'cats:b',
        events: { ...events, fence: source.fence, update: source.update },
        select: (all) => all.pipe(map(() => StreamEvent.of('nope') as never)),
      }),
      /"cats:b" failed in select\(\): TypeError: it made the event "nope", which is not in events/,
    ],
    [
      'no event at all, by select',
      stream({ ...public_, name: 'cats:c', select: (all) => all.pipe(map(() => 'text' as never)) }),
      /"cats:c" failed in select\(\): TypeError: it must emit events made by event\(\), not a value of type string/,
    ],
  ])('is dropped and logged where it is %s', async (_, wrong, told) => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    expect(await made(wrong)).toEqual([]);
    expect(error.mock.calls.map(([line]) => (line as { msg: string }).msg)[0]).toMatch(told);
    error.mockRestore();
  });

  it('has the place of the event that it is made of, also where one object is made of all', () => {
    let only: StreamEvent | undefined;
    const constant = stream({
      ...public_,
      name: 'cats:constant',
      map: ((_: unknown, { event }: { event: (name: string) => StreamEvent }) => (only ??= event('note'))) as never,
    });
    const request = new StreamDefinition(constant, identity).request('cats:constant', {});
    const steps = deliverySteps(request, new FailureLog(new StreamStatistics()));
    const places = [1, 2].map((order) => {
      const event = StreamEvent.of('update');
      event.placeAt({ order, position: `p${order}` });
      return steps?.map?.(event)?.origin?.position;
    });
    expect(places).toEqual(['p1', 'p2']);
  });
});

describe('a stream that fails', () => {
  let error: MockInstance<(line: { readonly msg: string }, stack?: string) => void>;
  let subscribe: MockInstance;
  let unsubscribe: MockInstance;

  beforeEach(() => {
    error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    subscribe = vi.spyOn(bench.broker, 'subscribe');
    unsubscribe = vi.spyOn(bench.broker, 'unsubscribe');
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
      bench.bus.publish(channel, StreamEvent.of(name));
    }
  }

  /** What the log says, with the trace that came with it. */
  function complaints(): readonly string[] {
    return error.mock.calls.map(([{ msg }, stack]) => `${msg}\n${stack ?? ''}`);
  }

  it('in select loses the events that it fails for, and no others', async () => {
    const received = await listen(failing, '5');
    publishAll('a', 'fence', 'b', 'fence', 'fence', 'fence', 'c', 'd');
    expect(received()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('again and again is logged once, with its name and its stack', async () => {
    const received = await listen(failing, '5');
    for (let event = 0; event < 10; event++) {
      publishAll('fence', 'update');
    }
    expect(received()).toEqual(Array(10).fill('update'));
    expect(complaints()).toEqual([
      expect.stringMatching(
        /^Stream "cats:failing" failed in select\(\): Error: again; it begins again with the next event\n.*stream-fanouts\.spec/s,
      ),
    ]);
  });

  it('does not keep the failure of another from being told', async () => {
    await listen(failing, '5');
    await listen(
      selecting((events) => events.pipe(debounceTime(10), map(failWithEach))),
      '5',
    );
    publishAll('fence');
    vi.advanceTimersByTime(10);
    expect(complaints()).toEqual([
      expect.stringContaining('"cats:failing"'),
      expect.stringContaining('"cats:told" failed in select(): Error: each; it begins again with the next event'),
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
    const received = await listen(
      selecting((events) => (works ? events : fail())),
      '5',
    );
    publishAll('lost');
    works = true;
    vi.advanceTimersByTime(999);
    publishAll('lost');
    expect(received()).toEqual([]);
    vi.advanceTimersByTime(1);
    publishAll('a', 'b');
    expect(received()).toEqual(['a', 'b']);
    expect(complaints()).toEqual([expect.stringContaining(`Stream "cats:told" failed in select(): ${told}`)]);
    expect(complaints().join()).toContain('; events are lost until it begins again in 1000 ms');
  });

  it('to continue, because its select takes only so many, begins again and says so', async () => {
    const received = await listen(
      selecting((events) => events.pipe(take(2))),
      '5',
    );
    publishAll('a', 'b', 'c', 'd', 'e');
    expect(received()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(complaints()).toEqual([
      expect.stringContaining(
        'Stream "cats:told" failed in select(): Error: it has completed, as take() and first() do',
      ),
    ]);
  });

  it('once more while what has failed is ended continues all the same', async () => {
    const received = await listen(
      selecting((events) => events.pipe(map(failWithFence), finalize(failWithEach))),
      '5',
    );
    publishAll('fence', 'a', 'fence', 'b');
    expect(received()).toEqual(['a', 'b']);
  });
});

describe('a stream that throws when its pipeline ends', () => {
  it('does not keep its listeners from leaving everything else', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const client = connect('5');
    await subscribe(client, badlyEnding);
    const other = channelFamily('timeline:dogs', {});
    await subscribe(client, stream({ ...public_, name: 'dogs', channels: () => [other()] }));
    expect(bench.broker.channels.size).toBe(2);
    client.connection.revoke();
    expect(bench.broker.channels.size).toBe(0);
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

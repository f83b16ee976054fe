import { Audience, AudienceSettings, AudienceStatistics } from '@fedistream/audience';
import { accountOf, MemoryAudienceStore, statusOf } from '@fedistream/audience/testing';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import { Logger } from '@nestjs/common';
import { finalize, map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import {
  Stream,
  StreamDefinition,
  StreamEvent,
  StreamGate,
  StreamOutlets,
  text,
  type StreamContext,
  type StreamSource,
} from './index.js';
import { FollowedChannels } from './testing/followed-channels.js';
import { viewer } from './testing/index.js';
import { recordingTransport, type ReceivedEvent } from './testing/recording-transport.js';

const channel = 'timeline:cats';

class Source implements StreamSource {
  channels() {
    return [channel];
  }
}

/** A team's own, which says no more than it has to. */
@Stream({ name: 'cats', scopes: ['read'], audience: 'per-viewer' })
class CatsStream extends Source {}

@Stream({ name: 'cats:selected', scopes: ['read'], audience: 'per-viewer' })
class SelectedCatsStream extends Source {
  select(events: Observable<StreamEvent>) {
    return events.pipe(map(({ name, payload }) => StreamEvent.of(name, payload)));
  }
}

@Stream({ name: 'cats:always', scopes: ['read'], audience: 'per-viewer', feed: 'none' })
class AlwaysOpenCatsStream extends Source {}

/** Anybody's text becomes part of a channel's name. */
@Stream({ name: 'team', scopes: ['read'], audience: 'chosen-by-publisher', params: { name: text() } })
class TeamStream implements StreamSource<{ name: string }> {
  channels({ params }: Pick<StreamContext<{ name: string }>, 'params'>) {
    return [`team:${params.name}`];
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
    return events.pipe(
      map((event) => {
        if (event.name === 'fence') {
          throw new Error('again');
        }
        return event;
      }),
    );
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
let feed: FollowedChannels;
let bus: EventBus;
let gate: StreamGate;
beforeEach(() => {
  store = new MemoryAudienceStore();
  feed = new FollowedChannels();
  bus = new EventBus(feed, new BusStatistics());
  const audience = new Audience(store, new AudienceSettings({ maxGatherMs: 0 }), new AudienceStatistics());
  gate = new StreamGate(new StreamOutlets(bus, audience));
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

  it('counts as a live feed, and is closed with them, unless it says otherwise', async () => {
    const received = await listen(source, '5');
    await publish(statusOf({ account: accountOf('900') }));
    store.tables.settings.set('local_live_feed_access', '--- disabled\n');
    await publish(statusOf({ account: accountOf('900') }));
    expect(received()).toEqual(['update', 'fence', 'fence']);
  });
});

describe('streams on the same channels', () => {
  it('are decided each by its own feed', async () => {
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

describe('a stream that throws', () => {
  let error: MockInstance;

  beforeEach(() => {
    error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  });

  afterEach(() => {
    error.mockRestore();
  });

  it('again and again is not told of each time', async () => {
    const { connection, received } = connect('5');
    await subscribe(connection, new FailingStream());
    for (let event = 0; event < 10; event++) {
      bus.publish(channel, StreamEvent.of('fence'));
      bus.publish(channel, StreamEvent.of('update'));
    }
    expect(received()).toEqual(Array(10).fill('update'));
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('when its chain ends does not keep its listeners from leaving everything else', async () => {
    const { connection } = connect('5');
    await subscribe(connection, new BadlyEndingStream());
    await subscribe(connection, new TeamStream(), { name: 'cats' });
    expect(feed.channels.size).toBe(2);
    connection.revoke();
    expect(feed.channels.size).toBe(0);
    expect(error).toHaveBeenCalledTimes(1);
  });
});

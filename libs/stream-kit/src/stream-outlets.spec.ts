import { Audience, AudienceSettings, AudienceStatistics } from '@fedistream/audience';
import { accountOf, MemoryAudienceStore, statusOf } from '@fedistream/audience/testing';
import { Connection, DeliverySettings, DeliveryStatistics } from '@fedistream/delivery';
import { BusStatistics, EventBus } from '@fedistream/event-bus';
import { map, type Observable } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { Stream, StreamDefinition, StreamEvent, StreamGate, StreamOutlets, type StreamSource } from './index.js';
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

let store: MemoryAudienceStore;
let bus: EventBus;
let gate: StreamGate;
beforeEach(() => {
  store = new MemoryAudienceStore();
  bus = new EventBus(new FollowedChannels(), new BusStatistics());
  const audience = new Audience(store, new AudienceSettings({ maxGatherMs: 0 }), new AudienceStatistics());
  gate = new StreamGate(new StreamOutlets(bus, audience));
});

/** A client of this account that listens to the stream: the names of the events that it receives. */
async function listen(source: StreamSource, accountId: string): Promise<() => readonly string[]> {
  const received: ReceivedEvent[] = [];
  const connection = new Connection(viewer({ accountId, userId: `1${accountId}` }), recordingTransport(received), {
    settings: new DeliverySettings(),
    statistics: new DeliveryStatistics(),
    closed: () => undefined,
  });
  const definition = new StreamDefinition(source);
  await gate.subscribe(connection, definition.request(definition.names[0] ?? '', {}));
  return () => received.map(({ event }) => event);
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

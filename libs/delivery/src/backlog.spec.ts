import { forEveryone, parseScopes, StreamEvent } from '@fedistream/domain';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { closeReasons } from './close-reason.js';
import { Connection } from './connection.js';
import { DeliverySettings } from './delivery-settings.js';
import { DeliveryStatistics } from './delivery-statistics.js';
import { Fanout } from './fanout.js';
import type { Label } from './label.js';
import { Subscription } from './subscription.js';
import type { Transport } from './transport.js';
import { messageOf, webSocketFraming } from './websocket-framing.js';

const photo: Label = ['hashtag', 'photo'];
const viewer = { accountId: '1', userId: 'u1', tokenId: 't1', scopes: parseScopes('read') };

/** An event whose message has this place. */
function eventAt(order: number, name = 'update'): StreamEvent {
  const event = StreamEvent.of(name, { order });
  event.placeAt({ order, position: undefined });
  return event;
}

describe('a subscription that begins with what its client missed', () => {
  const onEmpty = vi.fn<() => void>();
  let fanout: Fanout;
  let sent: string[];
  let bufferedBytes: number;
  let connection: Connection;

  const subscribe = (label: Label) => {
    const subscription = connection.reserve(label);
    return subscription ?? expect.fail('the label is taken');
  };

  beforeEach(() => {
    onEmpty.mockReset();
    fanout = new Fanout(onEmpty, {
      channels: ['timeline:public'],
      places: { marker: () => undefined, lastMarker: () => undefined },
    });
    sent = [];
    bufferedBytes = 0;
    const transport: Transport = {
      framing: webSocketFraming,
      bufferedPieces: 0,
      get bufferedBytes() {
        return bufferedBytes;
      },
      write: (bytes) => void sent.push((JSON.parse(messageOf(bytes).toString()) as { event: string }).event),
      uncork: () => undefined,
      close: () => Promise.resolve(true),
    };
    connection = new Connection(viewer, transport, {
      settings: new DeliverySettings({ maxLabelsPerChannel: 2 }),
      statistics: new DeliveryStatistics(),
      closed: () => undefined,
    });
  });

  it('keeps nothing for a label that is one too many, and sends nothing under it', () => {
    subscribe(photo).attach(fanout);
    subscribe(['hashtag', 'Photo']).attach(fanout);
    const backlog = fanout.keepFor(viewer);
    const missed = [StreamEvent.of('missed', {})];
    expect(() => {
      backlog.attach(subscribe(['hashtag', 'PHOTO']), missed);
    }).toThrow(expect.objectContaining({ code: 'tooManySubscriptions' }));
    connection.close(closeReasons.gone);
    expect([sent, onEmpty.mock.calls.length]).toEqual([[], 1]);
  });

  it('is not sent an event again that comes late and was among what it missed, but all others', () => {
    subscribe(photo).attach(fanout);
    fanout.keepFor(viewer).attach(subscribe(['hashtag', 'Photo']), [], { behind: 10 });
    fanout.deliver(forEveryone(eventAt(5)));
    fanout.deliver(forEveryone(eventAt(11)));
    expect(sent).toHaveLength(3);
  });

  it('ends with the fan-out when its connection closes while such an event is delivered to another label', () => {
    subscribe(photo).attach(fanout);
    fanout.keepFor(viewer).attach(subscribe(['hashtag', 'Photo']), [], { behind: 10 });
    bufferedBytes = Infinity;
    fanout.deliver(forEveryone(eventAt(5)));
    expect([connection.open, onEmpty.mock.calls.length]).toEqual([false, 1]);
    fanout.deliver(forEveryone(eventAt(6)));
    expect(onEmpty).toHaveBeenCalledTimes(1);
  });
});

describe('the position of a subscription to which nothing was sent', () => {
  const settled = { order: 10, position: 'settled' };
  const last = { order: 20, position: 'last' };
  const later = { order: 30, position: 'later' };

  it('is that of the last marker before it, never one from before that', () => {
    let marker = settled;
    const fanout = new Fanout(() => undefined, { places: { marker: () => marker, lastMarker: () => last } });
    const connection = {
      viewer,
      framing: webSocketFraming,
      send: () => undefined,
      checkLabels: () => undefined,
      withdraw: () => undefined,
    };
    const subscription = new Subscription(connection, photo);
    subscription.attach(fanout);
    expect([subscription.position, subscription.lastPositionSent]).toEqual([undefined, 'last']);
    marker = later;
    expect([subscription.position, subscription.lastPositionSent]).toEqual(['later', 'later']);
  });
});

import {
  channels,
  forEveryone,
  parseScopes,
  Selection,
  StreamEvent,
  StreamingError,
  type Viewer,
} from '@fedistream/domain';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { closeReasons, type CloseReason } from './close-reason.js';
import { Connection } from './connection.js';
import { DeliverySettings } from './delivery-settings.js';
import { DeliveryStatistics } from './delivery-statistics.js';
import { Fanout } from './fanout.js';
import type { Transport } from './transport.js';
import { messageOf, webSocketFraming } from './websocket-framing.js';

class RecordingTransport implements Transport {
  readonly framing = webSocketFraming;
  readonly written: Buffer[] = [];
  readonly closed: CloseReason[] = [];
  readonly withdrawn: string[] = [];
  bufferedBytes = 0;
  bufferedPieces = 0;
  /** How many of the buffered bytes `uncork` would write. */
  corkedBytes = 0;

  uncork(): void {
    this.bufferedBytes -= this.corkedBytes;
    this.corkedBytes = 0;
  }

  write(bytes: Buffer): void {
    if (this.closed.length > 0) {
      throw new Error('write after close');
    }
    this.written.push(bytes);
  }

  withdraw({ code }: StreamingError): void {
    this.withdrawn.push(code);
  }

  close(reason: CloseReason): Promise<boolean> {
    this.closed.push(reason);
    return Promise.resolve(true);
  }

  get messages(): unknown[] {
    return this.written.map((bytes) => JSON.parse(messageOf(bytes).toString()) as unknown);
  }
}

const account = (accountId: string): Viewer => ({
  accountId,
  userId: `u${accountId}`,
  tokenId: `t${accountId}`,
  scopes: parseScopes('read'),
});

let statistics: DeliveryStatistics;
let left: CloseReason[];
const open = (accountId = '1', settings = new DeliverySettings()) => {
  const transport = new RecordingTransport();
  const connection = new Connection(account(accountId), transport, {
    settings,
    statistics,
    closed: (_, reason) => left.push(reason),
  });
  return { connection, transport };
};
const event = StreamEvent.of('update', { id: '1' });

beforeEach(() => {
  statistics = new DeliveryStatistics();
  left = [];
});

describe('Connection', () => {
  it('receives the events of the fan-out under its own labels', () => {
    const { connection, transport } = open();
    const fanout = new Fanout(() => undefined);
    connection.reserve(['hashtag', 'Foo'])?.attach(fanout);
    connection.reserve(['hashtag', 'foo'])?.attach(fanout);
    fanout.deliver(forEveryone(event));
    expect(transport.messages).toEqual([
      { stream: ['hashtag', 'Foo'], event: 'update', payload: '{"id":"1"}' },
      { stream: ['hashtag', 'foo'], event: 'update', payload: '{"id":"1"}' },
    ]);
  });

  it('continues with other scopes, and ends the subscriptions that they do not allow', () => {
    const { connection, transport } = open();
    connection.reserve(['user']);
    connection.reserve(['public']);
    const viewer = { ...connection.viewer, scopes: parseScopes('write') };
    connection.changeViewer(viewer, ([name]) => (name === 'user' ? new StreamingError('missingScope') : undefined));
    expect([connection.viewer, connection.labels, transport.withdrawn]).toEqual([
      viewer,
      [['public']],
      ['missingScope'],
    ]);
  });

  it('writes nothing more once it is silent, and is closed later', () => {
    const { connection, transport } = open();
    connection.silence();
    connection.send(Buffer.from('event'));
    connection.reply(Buffer.from('reply'));
    expect([transport.written, connection.open]).toEqual([[], true]);
    connection.close(closeReasons.revoked);
    expect(transport.closed).toEqual([closeReasons.revoked]);
  });

  it('reserves a label once', () => {
    const { connection } = open();
    expect(connection.reserve(['user'])).toBeDefined();
    expect(connection.reserve(['user'])).toBeUndefined();
  });

  it('receives no event when it unsubscribes before the stream is ready', () => {
    const { connection, transport } = open();
    const empty = vi.fn();
    const fanout = new Fanout(empty);
    const subscription = connection.reserve(['list', '1']);
    connection.unsubscribe(['list', '1']);
    subscription?.attach(fanout);
    fanout.deliver(forEveryone(event));
    expect(transport.written).toEqual([]);
  });

  it('can reserve a label again after it has unsubscribed, while the first subscription is still pending', () => {
    const { connection, transport } = open();
    const fanout = new Fanout(() => undefined);
    const first = connection.reserve(['user']);
    connection.unsubscribe(['user']);
    const second = connection.reserve(['user']);
    first?.attach(fanout);
    connection.end(first!);
    second?.attach(fanout);
    fanout.deliver(forEveryone(event));
    expect(transport.written).toHaveLength(1);
  });

  it('ignores unsubscribe for a label that it has not subscribed to', () => {
    const { connection } = open();
    connection.unsubscribe(['user']);
    expect(connection.labels).toEqual([]);
  });

  it('writes nothing after it was closed, and closes once', () => {
    const { connection, transport } = open();
    const fanout = new Fanout(() => undefined);
    connection.reserve(['user'])?.attach(fanout);
    connection.revoke();
    connection.close(closeReasons.gone);
    fanout.deliver(forEveryone(event));
    connection.send(Buffer.from('x'));
    expect(transport.closed).toEqual([closeReasons.revoked]);
    expect(left).toEqual([closeReasons.revoked]);
    expect(connection.reserve(['user'])).toBeUndefined();
  });

  it('does not count corked bytes towards the output budget', () => {
    const { connection, transport } = open('1', new DeliverySettings({ outputBudgetBytes: 100 }));
    Object.assign(transport, { bufferedBytes: 150, corkedBytes: 50 });
    connection.send(Buffer.from('x'));
    expect(transport.written).toHaveLength(1);
    Object.assign(transport, { bufferedBytes: 151, corkedBytes: 50 });
    connection.send(Buffer.from('x'));
    expect(transport.closed).toEqual([closeReasons.slow]);
  });

  it('is closed when its client leaves too many bytes unread; other clients are not', () => {
    const settings = new DeliverySettings({ outputBudgetBytes: 10 });
    const slow = open('1', settings);
    const quick = open('2', settings);
    const fanout = new Fanout(() => undefined);
    slow.connection.reserve(['public'])?.attach(fanout);
    quick.connection.reserve(['public'])?.attach(fanout);
    slow.transport.bufferedBytes = 11;
    fanout.deliver(forEveryone(event));
    expect(slow.transport.closed).toEqual([closeReasons.slow]);
    expect(quick.transport.written).toHaveLength(1);
  });

  it('is closed when its client leaves too many writes unread, however small they are', () => {
    const { connection, transport } = open('1', new DeliverySettings({ outputBudgetPieces: 3 }));
    Object.assign(transport, { bufferedBytes: 6, bufferedPieces: 3 });
    connection.send(Buffer.from('x'));
    expect(transport.written).toHaveLength(1);
    Object.assign(transport, { bufferedBytes: 8, bufferedPieces: 4 });
    expect(connection.isWithinBudget()).toBe(false);
    expect(transport.closed).toEqual([closeReasons.slow]);
  });

  it('survives an event larger than the budget that is followed by others within the budget', () => {
    const { connection, transport } = open('1', new DeliverySettings({ outputBudgetBytes: 10 }));
    connection.send(Buffer.alloc(100));
    transport.bufferedBytes = 100;
    connection.send(Buffer.alloc(10));
    transport.bufferedBytes = 110;
    connection.send(Buffer.alloc(1));
    expect([transport.written.length, transport.closed]).toEqual([3, []]);
    transport.bufferedBytes = 111;
    connection.send(Buffer.alloc(1));
    expect(transport.closed).toEqual([closeReasons.slow]);
  });

  it('may leave no more unread than the budget once it has read a larger event', () => {
    const { connection, transport } = open('1', new DeliverySettings({ outputBudgetBytes: 10 }));
    connection.send(Buffer.alloc(100));
    connection.send(Buffer.alloc(1));
    transport.bufferedBytes = 11;
    connection.send(Buffer.alloc(1));
    expect(transport.closed).toEqual([closeReasons.slow]);
  });

  it('may subscribe to one channel under five labels only', () => {
    const { connection } = open();
    const fanoutOf = (tag: string) => new Fanout(() => undefined, { channels: [channels.hashtag(tag)] });
    const [one, other] = [fanoutOf('photo'), fanoutOf('cat')];
    const spellings = ['photo', 'Photo', 'photo!', 'photo!!', 'PHOTO'];
    spellings.forEach((tag) => connection.reserve(['hashtag', tag])?.attach(one));
    const sixth = connection.reserve(['hashtag', 'photo!!!']);
    expect(() => sixth?.attach(one)).toThrow(/Too many subscriptions/);
    connection.end(sixth!);
    connection.reserve(['hashtag', 'cat'])?.attach(other);
    connection.unsubscribe(['hashtag', 'photo!']);
    connection.reserve(['hashtag', 'photo!!!'])?.attach(one);
    expect(connection.labels).toHaveLength(6);
  });

  it('may listen to one channel under five labels only, whatever the fan-outs, also before they are attached', () => {
    const { connection } = open();
    const fanoutOf = (...tags: string[]) =>
      new Fanout(() => undefined, { channels: tags.map((tag) => channels.hashtag(tag)) });
    for (const other of ['b', 'c', 'd', 'e']) {
      connection.reserve(['hashtags', 'any=a', `any=${other}`])?.attach(fanoutOf('a', other));
    }
    connection.reserve(['hashtags', 'any=f', 'any=a'])?.claim(fanoutOf('f', 'a'));
    const sixth = connection.reserve(['hashtags', 'any=a', 'any=g']);
    expect(() => sixth?.claim(fanoutOf('a', 'g'))).toThrow(/Too many subscriptions/);
    connection.reserve(['hashtags', 'any=b', 'any=g'])?.attach(fanoutOf('b', 'g'));
    connection.unsubscribe(['hashtags', 'any=f', 'any=a']);
    sixth?.attach(fanoutOf('a', 'g'));
    expect(connection.labels).toHaveLength(6);
  });

  it('refuses a subscription above the maximum', () => {
    const { connection } = open('1', new DeliverySettings({ maxSubscriptions: 2 }));
    connection.reserve(['user']);
    connection.reserve(['public']);
    expect(() => connection.reserve(['direct'])).toThrow(/Too many subscriptions/);
    connection.unsubscribe(['user']);
    expect(connection.reserve(['direct'])).toBeDefined();
  });

  it('counts connections, subscriptions and events', () => {
    const { connection } = open();
    const fanout = new Fanout(() => undefined);
    connection.reserve(['user'])?.attach(fanout);
    fanout.deliver(forEveryone(event));
    const { websocket } = statistics;
    expect([websocket.connections, websocket.sent, websocket.subscriptions.get('user')]).toEqual([1, 1, 1]);
    connection.close(closeReasons.gone);
    expect([websocket.connections, websocket.sent, websocket.subscriptions.get('user')]).toEqual([0, 1, 0]);
    expect(statistics.closed.get('gone')).toBe(1);
  });
});

describe('Fanout', () => {
  it('frames an event once for all subscriptions with the same label', () => {
    const fanout = new Fanout(() => undefined);
    const clients = ['1', '2', '3'].map((id) => open(id));
    clients.forEach(({ connection }) => connection.reserve(['public'])?.attach(fanout));
    fanout.deliver(forEveryone(event));
    const [first, ...others] = clients.map(({ transport }) => transport.written[0]);
    others.forEach((bytes) => {
      expect(bytes).toBe(first);
    });
  });

  it('delivers each account its own variant, and frames each variant once', () => {
    const fanout = new Fanout(() => undefined);
    const variant = event.withMember('filtered', '["x"]');
    const selection = new Selection(
      event,
      new Map([
        ['2', null],
        ['4', variant],
        ['6', variant],
      ]),
    );
    const clients = ['1', '2', '3', '4', '6'].map((id) => open(id));
    clients.forEach(({ connection }) => connection.reserve(['public'])?.attach(fanout));
    fanout.deliver(selection);
    expect(clients.map(({ transport }) => transport.messages)).toMatchObject([
      [{ payload: event.text }],
      [],
      [{ payload: event.text }],
      [{ payload: variant.text }],
      [{ payload: variant.text }],
    ]);
    expect(clients[4]?.transport.written[0]).toBe(clients[3]?.transport.written[0]);
  });

  it('delivers no event to viewers that subscribed after the decision, with and without exceptions', () => {
    const fanout = new Fanout(() => undefined);
    const [early, late] = [open('1'), open('2')];
    early.connection.reserve(['public'])?.attach(fanout);
    const viewers = fanout.viewers();
    late.connection.reserve(['public'])?.attach(fanout);
    fanout.deliver(new Selection(event, new Map(), viewers));
    fanout.deliver(new Selection(event, new Map([['3', null]]), viewers));
    expect([early, late].map(({ transport }) => transport.written.length)).toEqual([2, 0]);
    fanout.deliver(new Selection(event, new Map(), fanout.viewers()));
    expect([early, late].map(({ transport }) => transport.written.length)).toEqual([3, 1]);
  });

  it('delivers a selection without an event to the exceptions only', () => {
    const fanout = new Fanout(() => undefined);
    const client = open('1');
    client.connection.reserve(['public'])?.attach(fanout);
    fanout.deliver(new Selection(undefined));
    fanout.deliver(new Selection(undefined, new Map([['1', event]])));
    expect(client.transport.written.length).toBe(1);
  });

  it('lists each subscribed account once, in the same object until a subscription is added or removed', () => {
    const fanout = new Fanout(() => undefined);
    const clients = ['1', '1', '2'].map((id) => open(id));
    clients.forEach(({ connection }) => connection.reserve(['public'])?.attach(fanout));
    const before = fanout.viewers();
    expect(before.accountIds).toEqual(['1', '2']);
    expect(fanout.viewers()).toBe(before);
    clients[2]?.connection.revoke();
    expect(fanout.viewers().has('2')).toBe(false);
    expect(before.has('2')).toBe(true);
  });

  it('is empty after its last subscription, unless a pending one holds it', () => {
    const empty = vi.fn();
    const fanout = new Fanout(empty);
    const { connection } = open();
    fanout.hold();
    connection.reserve(['user'])?.attach(fanout);
    connection.unsubscribe(['user']);
    expect(empty).not.toHaveBeenCalled();
    fanout.release();
    expect(empty).toHaveBeenCalledOnce();
  });
});

import { forEveryone, parseScopes, Selection, StreamEvent, type Viewer } from '@fedistream/domain';
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
  bufferedBytes = 0;
  /** How many of the buffered bytes were only kept back. */
  keptBackBytes = 0;

  flush(): void {
    this.bufferedBytes -= this.keptBackBytes;
    this.keptBackBytes = 0;
  }

  write(bytes: Buffer): void {
    if (this.closed.length > 0) {
      throw new Error('write after close');
    }
    this.written.push(bytes);
  }

  close(reason: CloseReason): Promise<void> {
    this.closed.push(reason);
    return Promise.resolve();
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

describe('a connection', () => {
  it('receives what the fanout delivers, under its own label', () => {
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

  it('has a label once, from the moment it is asked for', () => {
    const { connection } = open();
    expect(connection.reserve(['user'])).toBeDefined();
    expect(connection.reserve(['user'])).toBeUndefined();
  });

  it('receives nothing when it was unsubscribed before the stream was ready', () => {
    const { connection, transport } = open();
    const empty = vi.fn();
    const fanout = new Fanout(empty);
    const subscription = connection.reserve(['list', '1']);
    connection.unsubscribe(['list', '1']);
    subscription?.attach(fanout);
    fanout.deliver(forEveryone(event));
    expect(transport.written).toEqual([]);
  });

  it('can have a label again after leaving it, whatever the first attempt still does', () => {
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

  it('is silent about leaving what it has not subscribed to', () => {
    const { connection } = open();
    connection.unsubscribe(['user']);
    expect(connection.labels).toEqual([]);
  });

  it('is not written to after its end, and ends once', () => {
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

  it('is not cut off for what was kept back here', () => {
    const { connection, transport } = open('1', new DeliverySettings({ outputBudgetBytes: 100 }));
    Object.assign(transport, { bufferedBytes: 150, keptBackBytes: 50 });
    connection.send(Buffer.from('x'));
    expect(transport.written).toHaveLength(1);
    Object.assign(transport, { bufferedBytes: 151, keptBackBytes: 50 });
    connection.send(Buffer.from('x'));
    expect(transport.closed).toEqual([closeReasons.slow]);
  });

  it('is cut off when it leaves too much unread, and nobody else is', () => {
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

  it('may hold only so many subscriptions', () => {
    const { connection } = open('1', new DeliverySettings({ maxSubscriptions: 2 }));
    connection.reserve(['user']);
    connection.reserve(['public']);
    expect(() => connection.reserve(['direct'])).toThrow(/Too many subscriptions/);
    connection.unsubscribe(['user']);
    expect(connection.reserve(['direct'])).toBeDefined();
  });

  it('is counted while it is there', () => {
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

describe('an fanout', () => {
  it('makes the bytes once for all who get the same', () => {
    const fanout = new Fanout(() => undefined);
    const clients = ['1', '2', '3'].map((id) => open(id));
    clients.forEach(({ connection }) => connection.reserve(['public'])?.attach(fanout));
    fanout.deliver(forEveryone(event));
    const [first, ...others] = clients.map(({ transport }) => transport.written[0]);
    others.forEach((bytes) => {
      expect(bytes).toBe(first);
    });
  });

  it('gives each account its own variant, and the bytes of one variant are shared', () => {
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

  it('gives nothing to those who came after it was decided, with and without exceptions', () => {
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

  it('delivers nothing to nobody in particular', () => {
    const fanout = new Fanout(() => undefined);
    const client = open('1');
    client.connection.reserve(['public'])?.attach(fanout);
    fanout.deliver(new Selection(undefined));
    fanout.deliver(new Selection(undefined, new Map([['1', event]])));
    expect(client.transport.written.length).toBe(1);
  });

  it('knows who listens, each account once, and the answer stays the same until somebody comes or goes', () => {
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

  it('ends with its last subscription, unless somebody on the way in holds it', () => {
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

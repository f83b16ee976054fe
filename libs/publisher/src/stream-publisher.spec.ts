import { channels } from '@fedistream/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PublishTransport } from './publish-transport.js';
import type { StreamMessage } from './stream-message.js';
import { StreamPublisher } from './stream-publisher.js';

/** Redis in miniature: keeps what is published, and has keys. */
class RecordingTransport implements PublishTransport {
  readonly published: [string, string][] = [];
  readonly messages = new Set<StreamMessage>();
  readonly keys = new Set<string>();
  asked = 0;

  publish(channel: string, message: StreamMessage): Promise<void> {
    this.published.push([channel, message.text]);
    this.messages.add(message);
    return Promise.resolve();
  }

  exist(keys: readonly string[]): Promise<boolean[]> {
    this.asked++;
    return Promise.resolve(keys.map((key) => this.keys.has(key)));
  }
}

const status = {
  id: '107214471804101576',
  visibility: 'public',
  account: { id: '1', username: 'ada', acct: 'ada' },
  content: '<p>Hello</p>',
} as const;

describe('StreamPublisher', () => {
  let transport: RecordingTransport;
  let publisher: StreamPublisher;

  beforeEach(() => {
    transport = new RecordingTransport();
    publisher = new StreamPublisher(transport);
  });

  it('publishes an entity whole, and its id as the string it is', async () => {
    await publisher.publish(channels.public('local'), 'update', status);
    expect(transport.published).toEqual([
      ['timeline:public:local', `{"event":"update","payload":${JSON.stringify(status)}}`],
    ]);
  });

  it('publishes a bare id', async () => {
    await publisher.publish(channels.home('1'), 'delete', status.id);
    expect(transport.published).toEqual([['timeline:1', '{"event":"delete","payload":"107214471804101576"}']]);
  });

  it('publishes no payload where there is none', async () => {
    await publisher.publish(channels.accessToken('7'), 'kill');
    expect(transport.published).toEqual([['timeline:access_token:7', '{"event":"kill"}']]);
  });

  it('does not compile with an event, a payload or an id that the server does not understand', () => {
    const attempts = [
      // @ts-expect-error -- no such event
      () => publisher.publish(channels.home('1'), 'updated', status),
      // @ts-expect-error -- an update carries a status
      () => publisher.publish(channels.home('1'), 'update', 'text'),
      // @ts-expect-error -- an update carries something
      () => publisher.publish(channels.home('1'), 'update'),
      // @ts-expect-error -- ids are strings
      () => publisher.publish(channels.home('1'), 'delete', 107214471804101),
      // @ts-expect-error -- built by no family
      () => publisher.publish('timelin:1', 'delete', '1'),
      // @ts-expect-error -- no control event on a client's channel
      () => publisher.publish(channels.home('1'), 'kill'),
      // @ts-expect-error -- a kill carries nothing
      () => publisher.publish(channels.system('1'), 'kill', {}),
    ];
    expect(attempts).toHaveLength(7);
  });

  it('puts the namespace before channels and keys', async () => {
    const namespaced = new StreamPublisher(transport, { namespace: 'n' });
    transport.keys.add('n:subscribed:timeline:1');
    expect(await namespaced.publishToSubscribed([channels.home('1'), channels.home('2')], 'delete', '5')).toBe(1);
    expect(transport.published.map(([channel]) => channel)).toEqual(['n:timeline:1']);
  });

  it('publishes on channels with listeners only, with one command and one encoding for all', async () => {
    const homes = Array.from({ length: 500 }, (_, index) => channels.home(String(index)));
    transport.keys.add('subscribed:timeline:3').add('subscribed:timeline:400');
    expect(await publisher.publishToSubscribed(homes, 'update', status)).toBe(2);
    expect(transport.published.map(([channel]) => channel)).toEqual(['timeline:3', 'timeline:400']);
    expect([transport.asked, transport.messages.size]).toEqual([1, 1]);
  });

  it('asks for thousands of channels in several commands and keeps their order', async () => {
    const homes = Array.from({ length: 2_500 }, (_, index) => channels.home(String(index)));
    const listening = homes.filter((_, index) => index % 100 === 99);
    for (const home of listening) {
      transport.keys.add(`subscribed:${home}`);
    }
    expect(await publisher.subscribed(homes)).toEqual(listening);
    expect(transport.asked).toBe(3);
  });

  it('never leaves out control channels, for which servers keep no key', async () => {
    expect(await publisher.isSubscribed(channels.home('1'))).toBe(false);
    expect(await publisher.isSubscribed(channels.accessToken('1'))).toBe(true);
    expect(await publisher.publishToSubscribed([channels.system('1')], 'kill')).toBe(1);
    expect(transport.published).toEqual([['timeline:system:1', '{"event":"kill"}']]);
  });

  it('takes every channel for subscribed when the transport cannot ask', async () => {
    const blind = new StreamPublisher({ publish: (channel, message) => transport.publish(channel, message) });
    expect(await blind.publishToSubscribed([channels.home('1'), channels.home('2')], 'delete', '5')).toBe(2);
    expect(transport.published).toHaveLength(2);
  });

  it('passes on that Redis cannot be reached', async () => {
    const broken = new StreamPublisher({ publish: () => Promise.reject(new Error('no connection')) });
    await expect(broken.publish(channels.home('1'), 'delete', '5')).rejects.toThrow('no connection');
  });
});

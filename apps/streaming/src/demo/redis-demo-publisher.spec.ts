import { channels } from '@fedistream/domain';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RedisDemoPublisher } from './redis-demo-publisher.js';

const url = process.env['REDIS_URL'] ?? '';
if (url === '') {
  console.warn('REDIS_URL is not set: the demo is not tried on a real Redis; `npm test` does so');
}

const message = { channel: channels.public(), message: { event: 'delete', payload: '1' } };

describe.skipIf(url === '')('the demo’s way to Redis', () => {
  let subscriber: Redis;

  beforeAll(() => {
    subscriber = new Redis(url);
  });

  afterAll(() => {
    subscriber.disconnect();
  });

  it.each(['a URL', 'host and port'])('is found by %s, and leads to the channels under the namespace', async (by) => {
    const { hostname: host, port, username, password } = new URL(url);
    const address = { host, port: Number(port === '' ? 6379 : port), username, password: decodeURIComponent(password) };
    const namespace = randomUUID();
    const channel = `${namespace}:timeline:public`;
    const heard = vi.fn<(channel: string, text: string) => void>();
    subscriber.on('message', heard);
    await subscriber.subscribe(channel);
    const fanout = new RedisDemoPublisher({ ...(by === 'a URL' ? { url } : address), namespace });
    try {
      await vi.waitFor(() => {
        fanout.publish(message);
        expect(heard).toHaveBeenCalledWith(channel, '{"event":"delete","payload":"1"}');
      }, 10_000);
    } finally {
      fanout.onApplicationShutdown();
    }
  });
});

it('loses what cannot be published, and disturbs no other publication', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const fanout = new RedisDemoPublisher({ host: '127.0.0.1', port: 1 });
  fanout.publish(message);
  await new Promise(setImmediate);
  fanout.publish(message);
  fanout.onApplicationShutdown();
  await new Promise(setImmediate);
  expect(unhandled).not.toHaveBeenCalled();
  process.off('unhandledRejection', unhandled);
});

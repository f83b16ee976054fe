import { channels } from '@fedistream/domain';
import { Injectable, Module } from '@nestjs/common';
import { ClientRedis } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rawSerializer } from './publish-transport.js';
import { PublisherModule } from './publisher.module.js';
import { StreamPublisher } from './stream-publisher.js';

const url = process.env['REDIS_URL'] ?? '';
if (url === '') {
  console.warn('REDIS_URL is not set: the publisher is not tried on a real Redis; `npm test` does so');
}

@Injectable()
class Statuses {
  constructor(readonly publisher: StreamPublisher) {}
}

@Module({ providers: [{ provide: 'namespace', useFactory: () => randomUUID() }], exports: ['namespace'] })
class Settings {}

describe.skipIf(url === '')('PublisherModule, on a real Redis,', () => {
  let namespace: string;
  let operator: Redis;
  let subscriber: Redis;
  let heard: [string, string][];

  beforeAll(() => {
    operator = new Redis(url);
  });

  afterAll(() => {
    operator.disconnect();
  });

  beforeEach(async () => {
    namespace = `test-${randomUUID()}`;
    heard = [];
    subscriber = new Redis(url);
    await subscriber.psubscribe(`${namespace}:*`);
    subscriber.on('pmessage', (_pattern: string, channel: string, text: string) => {
      heard.push([channel.slice(namespace.length + 1), text]);
    });
  });

  afterEach(() => {
    subscriber.disconnect();
  });

  function redisClient(serializer?: typeof rawSerializer): ClientRedis {
    const { hostname, port } = new URL(url);
    return new ClientRedis({ host: hostname, port: Number(port), ...(serializer && { serializer }) });
  }

  it('gives a publisher with a connection of its own, which ends with the application', async () => {
    const application = await Test.createTestingModule({
      imports: [PublisherModule.forRoot({ url, namespace })],
      providers: [Statuses],
    }).compile();
    const { publisher } = application.get(Statuses);
    await publisher.publish(channels.home('1'), 'delete', '107214471804101576');
    await vi.waitFor(() => {
      expect(heard).toEqual([['timeline:1', '{"event":"delete","payload":"107214471804101576"}']]);
    });
    await application.close();
    await expect(publisher.publish(channels.home('1'), 'delete', '1')).rejects.toThrow('Connection is closed');
  });

  it('publishes while a server keeps the key of the channel', async () => {
    const redis = new Redis(url);
    const application = await Test.createTestingModule({
      imports: [PublisherModule.forRoot({ redis, namespace })],
    }).compile();
    const publisher = application.get(StreamPublisher);
    const homes = [channels.home('1'), channels.home('2')];
    expect(await publisher.publishToSubscribed(homes, 'delete', '5')).toBe(0);
    await operator.set(`${namespace}:subscribed:timeline:2`, '1', 'EX', 60);
    expect(await publisher.publishToSubscribed(homes, 'delete', '6')).toBe(1);
    await vi.waitFor(() => {
      expect(heard).toEqual([['timeline:2', '{"event":"delete","payload":"6"}']]);
    });
    await application.close();
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  it.each([
    ['wrapped', undefined, '{"pattern":"NAMESPACE:timeline:1","data":{"event":"filters_changed"}}'],
    ['raw, if told so,', rawSerializer, '{"event":"filters_changed"}'],
  ])('publishes %s through a client of NestJS', async (_, serializer, expected) => {
    const client = redisClient(serializer);
    const application = await Test.createTestingModule({
      imports: [PublisherModule.forRoot({ client, namespace })],
    }).compile();
    await application.get(StreamPublisher).publish(channels.home('1'), 'filters_changed');
    await vi.waitFor(() => {
      expect(heard).toEqual([['timeline:1', expected.replace('NAMESPACE', namespace)]]);
    });
    await client.close();
    await application.close();
  });

  it('can be told by a factory', async () => {
    const application = await Test.createTestingModule({
      imports: [
        PublisherModule.forRootAsync({
          imports: [Settings],
          inject: ['namespace'],
          useFactory: (suffix: string) => ({ url, namespace: `${namespace}:${suffix}` }),
        }),
      ],
    }).compile();
    await application.get(StreamPublisher).publish(channels.home('1'), 'filters_changed');
    await vi.waitFor(() => {
      expect(heard).toEqual([[expect.stringMatching(/^[-\w]{36}:timeline:1$/), '{"event":"filters_changed"}']]);
    });
    await application.close();
  });
});

describe('PublisherModule without a Redis', () => {
  it('rejects soon and lets the application live', async () => {
    const application = await Test.createTestingModule({
      imports: [PublisherModule.forRoot({ url: 'redis://127.0.0.1:1' })],
    }).compile();
    application.useLogger(false);
    await expect(application.get(StreamPublisher).publish(channels.system('1'), 'kill')).rejects.toThrow();
    await application.close();
  });
});

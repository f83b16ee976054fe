import { channels } from '@fedistream/domain';
import { BusStatistics, EventBus, EventBusModule, Broker } from '@fedistream/event-bus';
import { brokerContract, start } from '@fedistream/event-bus/testing';
import { Logger } from '@nestjs/common';
import { ClientRedis } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { firstValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisBroker } from './redis-broker.js';
import { RedisModule } from './redis.module.js';
import { RedisStatistics } from './redis-statistics.js';
import { redisUrl, withoutRedis } from './testing/redis-url.js';

describe.skipIf(withoutRedis)('with a real Redis', () => {
  let redis: Redis;
  let namespace: string;

  beforeAll(() => {
    Logger.overrideLogger(false);
    redis = new Redis(redisUrl);
  });

  afterAll(() => {
    redis.disconnect();
  });

  beforeEach(() => {
    namespace = `test-${randomUUID()}`;
  });

  brokerContract('RedisBroker', () => {
    const broker = new RedisBroker({ url: redisUrl, namespace });
    return Promise.resolve({
      broker,
      publish: async (channel, text) => {
        await redis.publish(`${namespace}:${channel}`, text);
      },
      dispose: () => Promise.resolve(),
    });
  });

  describe('RedisBroker', () => {
    let broker: RedisBroker;
    let statistics: RedisStatistics;
    let received: string[];
    let connectionName: string;

    beforeEach(async () => {
      statistics = new RedisStatistics();
      connectionName = `c-${namespace}`;
      broker = new RedisBroker({ url: redisUrl, namespace, connectionName }, statistics);
      received = [];
      await start(broker, (_, message) => received.push(message.toString()));
    });

    afterEach(() => {
      vi.useRealTimers();
      broker.close();
    });

    async function clients(): Promise<Map<string, string>> {
      const list = String(await redis.client('LIST'));
      const lines = list.split('\n').filter((line) => line.includes(`name=${connectionName}-`));
      return new Map(lines.map((line) => [/name=(\S+)/.exec(line)?.[1] ?? '', /id=(\d+)/.exec(line)?.[1] ?? '']));
    }

    async function kill(purpose: 'subscriber' | 'presence'): Promise<void> {
      const id = (await clients()).get(`${connectionName}-${purpose}`) ?? '';
      expect(await redis.client('KILL', 'ID', id)).toBe(1);
    }

    it('reports a gap when the connection is back, before it is ready, and none at the start', async () => {
      const gaps: boolean[] = [];
      broker.gaps.subscribe(() => gaps.push(broker.ready));
      await broker.subscribe('timeline:1');
      expect(gaps).toEqual([]);
      await kill('subscriber');
      await vi.waitFor(() => {
        expect(gaps).toEqual([false]);
      });
      await vi.waitFor(() => {
        expect(broker.ready).toBe(true);
      });
      expect(gaps).toHaveLength(1);
    });

    it('delivers bytes that are not UTF-8 unchanged, and the next message', async () => {
      await broker.subscribe('timeline:1');
      await redis.publish(`${namespace}:timeline:1`, Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]));
      await redis.publish(`${namespace}:timeline:1`, 'after');
      await vi.waitFor(() => {
        expect(received).toEqual(['\ufffd\ufffd\u0000\ufffd(', 'after']); // as Buffer.toString reads them
      });
    });

    it('delivers no message of another namespace, control messages included', async () => {
      await broker.subscribe('timeline:1');
      await redis.publish('timeline:1', 'of no namespace');
      await redis.publish(channels.system('1'), 'of no namespace');
      await redis.publish(`${namespace}x:${channels.system('1')}`, 'of another');
      await redis.publish(`${namespace}:timeline:1`, 'mine');
      await vi.waitFor(() => {
        expect(received).toEqual(['mine']);
      });
    });

    it('escapes the characters of glob patterns in a namespace', async () => {
      const strange = new RedisBroker({ url: redisUrl, namespace: `${namespace}[a]*?` });
      const delivered: string[] = [];
      await start(strange, (_, message) => delivered.push(message.toString()));
      await redis.publish(`${namespace}aXY:${channels.system('1')}`, 'would match as a pattern');
      await redis.publish(`${namespace}[a]*?:${channels.system('1')}`, 'mine');
      await vi.waitFor(() => {
        expect(delivered).toEqual(['mine']);
      });
      strange.close();
    });

    it('subscribes on Redis to the subscribed channels only', async () => {
      await Promise.all(['timeline:1', 'timeline:2', channels.system('1')].map((channel) => broker.subscribe(channel)));
      expect(await redis.pubsub('CHANNELS', `${namespace}:*`)).toHaveLength(2);
      broker.unsubscribe('timeline:1');
      await vi.waitFor(async () => {
        expect(await redis.pubsub('CHANNELS', `${namespace}:*`)).toEqual([`${namespace}:timeline:2`]);
      });
    });

    it('subscribes to everything again after the connection was lost', async () => {
      await Promise.all([broker.subscribe('timeline:1'), broker.subscribe('timeline:2')]);
      broker.unsubscribe('timeline:2');
      await kill('subscriber');
      await vi.waitFor(() => {
        expect(broker.ready).toBe(false);
      });
      const meanwhile = broker.subscribe('timeline:3');
      await meanwhile;
      await vi.waitFor(() => {
        expect(broker.ready).toBe(true);
      });
      await redis.publish(`${namespace}:timeline:1`, 'one');
      await redis.publish(`${namespace}:timeline:2`, 'left');
      await redis.publish(`${namespace}:${channels.system('1')}`, 'control');
      await redis.publish(`${namespace}:timeline:3`, 'three');
      await vi.waitFor(() => {
        expect(received).toEqual(['one', 'control', 'three']);
      });
      expect(statistics.connectionsLost).toBe(1);
    });

    it('subscribes again each time, also when the connection is lost while it subscribes', async () => {
      for (let round = 0; round < 5; round++) {
        const many = Array.from({ length: 500 }, (_, index) => broker.subscribe(`timeline:${round}-${index}`));
        await vi.waitFor(() => kill('subscriber'));
        await Promise.all(many);
      }
      await vi.waitFor(async () => {
        expect(await redis.pubsub('CHANNELS', `${namespace}:*`)).toHaveLength(2_500);
      });
      await redis.publish(`${namespace}:timeline:0-0`, 'first');
      await redis.publish(`${namespace}:timeline:4-499`, 'last');
      await vi.waitFor(() => {
        expect(received).toEqual(['first', 'last']);
      });
      expect(broker.channelCount).toBe(2_500);
    });

    it('writes presence keys that live for 18 minutes, and none for control channels', async () => {
      await Promise.all([broker.subscribe('timeline:1'), broker.subscribe(channels.system('1'))]);
      const ttl = await redis.ttl(`${namespace}:subscribed:timeline:1`);
      expect(ttl).toBeGreaterThan(1_070);
      expect(ttl).toBeLessThanOrEqual(1_080);
      expect(await redis.keys(`${namespace}:*`)).toEqual([`${namespace}:subscribed:timeline:1`]);
    });

    it('removes the keys of channels that no node subscribes to any more', async () => {
      const another = new RedisBroker({ url: redisUrl, namespace });
      await start(another, () => undefined);
      const many = Array.from({ length: 1_200 }, (_, index) => `timeline:${index}`);
      await Promise.all(many.map((channel) => broker.subscribe(channel)));
      await another.subscribe('timeline:7');
      many.forEach((channel) => {
        broker.unsubscribe(channel);
      });
      const keys = (): Promise<string[]> => redis.keys(`${namespace}:*`);
      await vi.waitFor(async () => {
        expect(await keys()).toEqual([`${namespace}:subscribed:timeline:7`]);
      });
      another.unsubscribe('timeline:7');
      await vi.waitFor(async () => {
        expect(await keys()).toEqual([]);
      });
      another.close();
    });

    it('keeps the key of each subscribed channel while nodes subscribe and unsubscribe concurrently', async () => {
      const another = new RedisBroker({ url: redisUrl, namespace });
      await start(another, () => undefined);
      for (let round = 0; round < 30; round++) {
        const [first, second] = round % 2 === 0 ? [broker, another] : [another, broker];
        await first.subscribe('timeline:1');
        first.unsubscribe('timeline:1');
        await second.subscribe('timeline:1');
        expect(await redis.exists(`${namespace}:subscribed:timeline:1`)).toBe(1);
        second.unsubscribe('timeline:1');
      }
      another.close();
    });

    it('writes the keys of subscribed channels again every six minutes', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const another = new RedisBroker({ url: redisUrl, namespace });
      await start(another, () => undefined);
      await Promise.all([another.subscribe('timeline:1'), another.subscribe('timeline:2')]);
      another.unsubscribe('timeline:2');
      for (let round = 0; round < 2; round++) {
        await redis.del(`${namespace}:subscribed:timeline:1`, `${namespace}:subscribed:timeline:2`);
        vi.advanceTimersByTime(360_000);
        await vi.waitFor(async () => {
          expect(await redis.keys(`${namespace}:*`)).toEqual([`${namespace}:subscribed:timeline:1`]);
        });
      }
      another.close();
    });

    it('writes all keys again when their connection was lost', async () => {
      const many = Array.from({ length: 1_200 }, (_, index) => `timeline:${index}`);
      await Promise.all(many.map((channel) => broker.subscribe(channel)));
      const keys = many.map((channel) => `${namespace}:subscribed:${channel}`);
      expect(await redis.del(...keys)).toBe(1_200);
      await kill('presence');
      await vi.waitFor(async () => {
        expect(await redis.exists(...keys)).toBe(1_200);
      });
      expect([broker.ready, statistics.connectionsLost]).toEqual([true, 0]);
    });

    it('is not ready once it is closed, and closes its connections', async () => {
      broker.close();
      expect(broker.ready).toBe(false);
      expect(broker.channelCount).toBe(0);
      await vi.waitFor(async () => {
        expect((await clients()).size).toBe(0);
      });
    });
  });

  describe('RedisBroker as a Nest transport', () => {
    it.each<[string, (client: ClientRedis, channel: string) => Promise<unknown>, string]>([
      [
        'as Mastodon publishes it',
        (_, channel) => redis.publish(channel, '{"event":"update","payload":{"b":9007199254740993,"a":1}}'),
        'update {"b":9007199254740993,"a":1}',
      ],
      [
        'with a payload that is encoded already',
        (_, channel) => redis.publish(channel, '{"event":"update","payload":"{\\"id\\":\\"1\\"}","queued_at":1}'),
        'update {"id":"1"}',
      ],
      [
        'as a NestJS client emits it',
        (client, channel) => firstValueFrom(client.emit(channel, { event: 'delete', payload: '107214471804101576' })),
        'delete 107214471804101576',
      ],
    ])('delivers a message %s to the event bus', async (_, publish, expected) => {
      const application = await Test.createTestingModule({
        imports: [EventBusModule.forRoot(RedisModule.forRoot({ url: redisUrl, namespace }))],
      }).compile();
      const broker = application.get(RedisBroker);
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
      const service = application.createNestMicroservice({ strategy: broker });
      service.useLogger(false);
      await service.listen();
      const bus = application.get(EventBus);
      const { hostname, port } = new URL(redisUrl);
      const client = new ClientRedis({ host: hostname, port: Number(port) });

      const seen = new Promise((resolve) => {
        bus.on('timeline:public').subscribe(({ name, text }) => {
          resolve(`${name} ${text ?? ''}`);
        });
      });
      await bus.subscribed('timeline:public');
      await redis.publish(`${namespace}:timeline:public`, 'garbage');
      await publish(client, `${namespace}:timeline:public`);
      expect(await seen).toBe(expected);
      expect(application.get(BusStatistics).malformed.notJson).toBe(1);

      expect(application.get(Broker).ready).toBe(true);
      await client.close();
      await service.close();
      expect(broker.ready).toBe(false);
    });
  });
});

import { HistorySettings, HistoryStatistics, markerChannel } from '@fedistream/history';
import { contractChannels, historyContract, TrackedHistory } from '@fedistream/history/testing';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { describe, vi } from 'vitest';
import { RedisConnections } from '../redis-connections.js';
import { redisUrl, withoutRedis } from '../testing/redis-url.js';
import { RedisHistoryStore } from './redis-history-store.js';
import { Recorder } from './recorder.js';

Logger.overrideLogger(false);

describe.skipIf(withoutRedis)('over Redis Streams', () => {
  historyContract('RedisHistoryStore', async (changes) => {
    const prefix = `history-${randomBytes(6).toString('hex')}:`;
    const settings = new HistorySettings(changes);
    const connections = new RedisConnections({ url: redisUrl });
    const common = {
      platform: connections,
      history: connections,
      prefix,
      settings,
      statistics: new HistoryStatistics(),
    };
    const store = new RedisHistoryStore(common);
    store.start();
    const node = new TrackedHistory(store, settings);
    const [publisher, subscriber] = [new Redis(redisUrl), new Redis(redisUrl)];
    subscriber.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      node.receive(channel.toString().slice(prefix.length), message);
    });
    const channels = [...contractChannels, markerChannel];
    await subscriber.subscribe(...channels.map((channel) => prefix + channel));
    await publisher.mset(channels.flatMap((channel) => [`${prefix}subscribed:${channel}`, '1']));
    let recorder = new Recorder(common);
    const begin = async () => {
      const { epoch } = node.tracker;
      recorder.start();
      await vi.waitUntil(() => node.tracker.epoch !== epoch && recorder.leading, { timeout: 10_000, interval: 5 });
    };
    await begin();
    let published = 0;
    return {
      node,
      publish: async (channel, text) => {
        // A message of another channel comes right behind it, so its arrival tells that this one has arrived.
        const number = ++published;
        await publisher.publish(prefix + channel, text);
        await publisher.publish(prefix + markerChannel, `arrived ${number}`);
        await vi.waitUntil(() => node.received.some((message) => message.text === `arrived ${number}`), {
          timeout: 10_000,
          interval: 1,
        });
      },
      restartRecorder: async (missed) => {
        await recorder.close();
        await missed();
        recorder = new Recorder(common);
        await begin();
      },
      dispose: async () => {
        await recorder.close();
        node.tracker.close();
        store.close();
        const keys = await publisher.keys(`${prefix}*`);
        await publisher.del(...keys);
        publisher.disconnect();
        subscriber.disconnect();
      },
    };
  });
});

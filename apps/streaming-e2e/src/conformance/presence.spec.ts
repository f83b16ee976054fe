import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import {
  eventStream,
  untilSubscribed,
  publishEvent,
  receivedBeforeFence,
  RedisPublisher,
  webSocket,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
  type Viewer,
  untilMetric,
  keepsHistory,
} from '../support/index.js';
import { openCheckedEnvironment, subscribedFor } from './checked-environment.js';
import { closeAfterTest } from './close-after-test.js';

/** The TTL of a presence key in seconds, and its minimum a moment later. */
const keySeconds = 1_080;
const atLeast = 1_000;
/** A server with a history listens to the channel of its markers, and its recorder to all timelines by a pattern. */
const own = Number(keepsHistory);

describe.each(['a namespace', 'no namespace'])('on Redis with %s', (kind) => {
  let environment: RedisTestEnvironment;
  let redis: RedisPublisher;
  let viewer: Viewer;
  let list: string;

  beforeAll(async () => {
    const plain = kind === 'no namespace';
    environment = await openCheckedEnvironment({ env: plain ? { REDIS_NAMESPACE: '' } : {} });
    redis = plain ? new RedisPublisher(inject('redisUrl')) : environment.publisher;
    if (keepsHistory) {
      await untilMetric(environment.server, 'fedistream_history_recording', {}, 1);
    }
    viewer = await environment.fixtures.viewer();
    list = await environment.fixtures.list(viewer.account);
  });

  afterAll(async () => {
    await environment.stop();
    await redis.close();
  });

  const open = (stream: string, params = {}) =>
    closeAfterTest(WebSocketClient.open(webSocketUrl(environment.server, { token: viewer.token, stream, params })));
  const keysOf = async (channels: readonly string[]) =>
    Promise.all(channels.map((channel) => redis.client.ttl(redis.prefixed(`subscribed:${channel}`))));

  it('every subscribed channel has a presence key before its client is accepted, and control channels have none', async () => {
    const { id } = viewer.account;
    const streams = [
      ['user', {}, [`timeline:${id}`, `timeline:${id}:notifications`]],
      ['direct', {}, [`timeline:direct:${id}`]],
      ['list', { list }, [`timeline:list:${list}`]],
      ['public:local', {}, ['timeline:public:local']],
      ['hashtag', { tag: 'Ünïq' }, ['timeline:hashtag:uniq']],
    ] as const;
    for (const [stream, params, channels] of streams) {
      await open(stream, params);
      for (const left of await keysOf(channels)) {
        expect(left).toBeGreaterThan(atLeast);
        expect(left).toBeLessThanOrEqual(keySeconds);
      }
      expect(await redis.client.get(redis.prefixed(`subscribed:${channels[0]}`))).toBe('1');
    }
    expect(await keysOf([`timeline:system:${id}`, `timeline:access_token:${viewer.tokenId}`])).toEqual([-2, -2]);
  });

  it('a channel is subscribed once for all its clients, until the last one leaves', async () => {
    const channel = `timeline:direct:${viewer.account.id}`;
    const first = await open('direct');
    const wanted = { token: viewer.token, stream: 'direct', channel };
    const second = await eventStream.open(environment.server, redis, wanted);
    const third = await webSocket.open(environment.server, redis, wanted);
    await redis.subscribers(channel, 1);
    await untilMetric(environment.server, 'redis_subscriptions', {}, 1 + own);
    await second.close();
    await third.close();
    await untilSubscribed(first, redis, channel);
    await redis.subscribers(channel, 1);
    await first.close();
    await redis.subscribers(channel, 0);
  });

  it('the greeting of an event stream is sent once its channels are subscribed', async () => {
    for (let time = 0; time < 20; time++) {
      const tag = `greeting${time}`;
      const channel = `timeline:hashtag:${tag}`;
      const wanted = { token: viewer.token, stream: 'hashtag', params: { tag }, channel };
      const client = await closeAfterTest(eventStream.open(environment.server, redis, wanted));
      expect(await redis.client.publish(redis.prefixed(channel), '{"event":"delete","payload":"1"}')).toBe(1 + own);
      expect(await client.next()).toMatchObject({ payload: '1' });
    }
  });

  it('messages of other namespaces are not received', async () => {
    const channel = `timeline:${viewer.account.id}`;
    const client = await open('user');
    const strangers = kind === 'no namespace' ? [`x:${channel}`] : [channel, `x${redis.prefixed(channel)}`];
    for (const stranger of strangers) {
      await redis.client.publish(stranger, '{"event":"delete","payload":"1"}');
    }
    await redis.client.publish(`x:timeline:access_token:${viewer.tokenId}`, '{"event":"kill"}');
    await publishEvent(redis, channel, 'delete', '2');
    expect(await receivedBeforeFence(client, redis, channel)).toMatchObject([{ payload: '2' }]);
  });

  it('control channels are subscribed by pattern, not one by one', async () => {
    await open('user');
    expect(await redis.client.pubsub('NUMPAT')).toBeGreaterThanOrEqual(2);
    const followed = kind === 'no namespace' ? [] : await subscribedFor(redis);
    expect(followed.filter((channel) => /system|access_token/.test(channel))).toEqual([]);
    await redis.subscribers(`timeline:system:${viewer.account.id}`, 0);
    await redis.subscribers(`timeline:access_token:${viewer.tokenId}`, 0);
  });
});

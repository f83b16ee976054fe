import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from './create-client.js';
import type { ReconnectingRedis } from './reconnecting-redis.js';
import { RedisLog } from './redis-log.js';
import { RedisStatistics } from './redis-statistics.js';
import { Subscriber } from './subscriber.js';
import { bulk, list, ScriptedServer } from './testing/scripted-server.js';

/** For what follows at once, on a busy machine, too. */
const soon = { timeout: 10_000, interval: 10 };

describe('Subscriber, when the connection was lost', () => {
  let server: ScriptedServer;
  let client: ReconnectingRedis;
  let subscriber: Subscriber;
  /** Messages and gaps, in order. */
  let events: string[];
  /** Makes the answer to SUBSCRIBE. */
  let confirm: (channels: readonly string[]) => Promise<string> | string;
  /** What is done when Redis has subscribed channels, before they are confirmed. */
  let afterSubscribe: () => Promise<void>;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    events = [];
    confirm = (names) => confirmation('subscribe', names);
    afterSubscribe = () => Promise.resolve();
    server = await ScriptedServer.start(([command, ...names]) => {
      if (command === 'psubscribe') {
        return confirmation(command, names);
      }
      return command === 'subscribe' ? confirm(names) : command === 'info' ? bulk('role:master\r\n') : '+OK\r\n';
    });
    client = createClient({ port: server.port }, { name: 'test' });
    subscriber = new Subscriber({
      client,
      prefix: '',
      log: new RedisLog(new RedisStatistics()),
      message: (_, message) => events.push(message.toString()),
      gap: () => events.push('gap'),
      subscribed: () => afterSubscribe(),
      unsubscribed: () => Promise.resolve(),
    });
    await subscriber.connect();
    await subscriber.subscribe('timeline:1');
    expect([subscriber.ready, events]).toEqual([true, []]);
  });

  afterEach(() => {
    subscriber.close();
    server.stop();
  });

  function confirmation(command: string, names: readonly string[]): string {
    return names.map((name, index) => `*3\r\n${bulk(command)}${bulk(name)}:${index + 1}\r\n`).join('');
  }

  it('reports the gap before any message of the next connection, although channels are not confirmed yet', async () => {
    afterSubscribe = () => new Promise(() => undefined);
    confirm = (names) => confirmation('subscribe', names) + list('message', 'timeline:1', 'first');
    server.hangUp();
    await vi.waitFor(() => {
      expect(events).toContain('first');
    }, soon);
    expect(events).toEqual(['gap', 'first']);
  });

  it('reads messages without ioredis, on each connection again', async () => {
    const emitted = vi.fn();
    client.on('messageBuffer', emitted);
    confirm = (names) => confirmation('subscribe', names) + list('message', 'timeline:1', 'first');
    for (const messages of [1, 2]) {
      server.hangUp();
      await vi.waitFor(() => {
        expect(events.filter((event) => event === 'first')).toHaveLength(messages);
      }, soon);
    }
    expect(emitted).not.toHaveBeenCalled();
  });

  it('reports another gap when the next connection is lost before all channels are subscribed again', async () => {
    confirm = () => new Promise(() => undefined);
    for (const gaps of [1, 2, 3]) {
      server.hangUp();
      await vi.waitFor(() => {
        expect(events).toEqual(Array.from({ length: gaps }, () => 'gap'));
      }, soon);
      expect(subscriber.ready).toBe(false);
    }
  });
});

import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from './create-client.js';
import { RedisLog } from './redis-log.js';
import { RedisStatistics } from './redis-statistics.js';
import { Subscriber } from './subscriber.js';
import { bulk, list, ScriptedServer } from './testing/scripted-server.js';

/** For what follows at once, on a busy machine, too. */
const patient = { timeout: 10_000, interval: 10 };

describe('Subscriber, when the connection was lost', () => {
  let server: ScriptedServer;
  let client: Redis;
  let subscriber: Subscriber;
  /** What it hands on, and gaps, in order. */
  let heard: string[];
  /** The answer to SUBSCRIBE. */
  let confirm: (channels: readonly string[]) => Promise<string> | string;
  /** What is done together with subscribing. */
  let alongside: () => Promise<void>;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    heard = [];
    confirm = (names) => confirmation('subscribe', names);
    alongside = () => Promise.resolve();
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
      message: (_, message) => heard.push(message.toString()),
      gap: () => heard.push('gap'),
      beforeConfirm: () => alongside(),
    });
    await subscriber.connect();
    await subscriber.subscribe('timeline:1');
    expect([subscriber.ready, heard]).toEqual([true, []]);
  });

  afterEach(() => {
    subscriber.close();
    server.stop();
  });

  function confirmation(command: string, names: readonly string[]): string {
    return names.map((name, index) => `*3\r\n${bulk(command)}${bulk(name)}:${index + 1}\r\n`).join('');
  }

  it('reports the gap before any message of the next one, whatever is to be done together with subscribing', async () => {
    alongside = () => new Promise(() => undefined);
    confirm = (names) => confirmation('subscribe', names) + list('message', 'timeline:1', 'first');
    server.hangUp();
    await vi.waitFor(() => {
      expect(heard).toContain('first');
    }, patient);
    expect(heard).toEqual(['gap', 'first']);
  });

  it('reports another gap when the next one is lost before all channels are followed again', async () => {
    confirm = () => new Promise(() => undefined);
    for (const gaps of [1, 2, 3]) {
      server.hangUp();
      await vi.waitFor(() => {
        expect(heard).toEqual(Array.from({ length: gaps }, () => 'gap'));
      }, patient);
      expect(subscriber.ready).toBe(false);
    }
  });
});

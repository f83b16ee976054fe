import { start } from '@fedistream/event-bus/testing';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { expect, vi } from 'vitest';
import { RedisBroker } from '../redis-broker.js';
import type { RedisSettings } from '../redis-settings.js';
import { RedisStatistics } from '../redis-statistics.js';
import { redisUrl, withoutRedis } from './redis-url.js';
import { findProgram, type RedisProcess, type RedisProgram, startRedis } from './redis-process.js';

/** The program that servers are started from; without it, tests that start servers are skipped. */
export const program: RedisProgram | undefined = withoutRedis ? undefined : await findProgram(redisUrl);
if (!withoutRedis && program === undefined) {
  console.warn('REDIS_URL is on another machine: the tests that start Redis servers are skipped');
}

/** How long servers may take to start, to fail over and to be connected to again. */
export const eventually = { timeout: 15_000, interval: 20 };

/** The servers and brokers of one test, and what the brokers have received and logged. */
export class TestServers {
  readonly statistics = new RedisStatistics();
  readonly received: string[] = [];
  readonly log: string[] = [];
  readonly #cleanups: (() => unknown)[] = [];

  private constructor(
    /** A temporary directory of the test. */
    readonly directory: string,
  ) {
    Logger.overrideLogger(false);
    for (const level of ['log', 'warn', 'error'] as const) {
      vi.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => this.log.push(String(message)));
    }
  }

  /** Call it before each test. */
  static async begin(): Promise<TestServers> {
    return new TestServers(await mkdtemp(join(tmpdir(), 'fedistream-redis-')));
  }

  /** Call it after each test: undoes everything in reverse order. */
  async end(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      await cleanup();
    }
    await rm(this.directory, { recursive: true, force: true });
    vi.restoreAllMocks();
  }

  /** Runs `cleanup` at the end of the test. */
  onEnd(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** Starts a server without persistence. */
  server(parameters: readonly string[] = [], port?: number): Promise<RedisProcess> {
    return this.start(['--save', '', '--dir', this.directory, ...parameters], port);
  }

  /** Starts the program with these parameters and a port. */
  async start(parameters: readonly string[], port?: number): Promise<RedisProcess> {
    if (program === undefined) {
      throw new Error('without a program the test must be skipped');
    }
    const process = await startRedis(program, parameters, port);
    this.onEnd(() => process.stop());
    return process;
  }

  /** A client for the test itself. */
  connect(options: RedisSettings & { readonly tls?: ConnectionOptions }): Redis {
    const { host = '127.0.0.1', port = 0, path, password, tls } = options;
    const common = { ...(password !== undefined && { password }), ...(tls && { tls }) };
    const client = new Redis(path === undefined ? { ...common, host, port } : { ...common, path });
    client.on('error', () => undefined);
    this.onEnd(() => {
      client.disconnect();
    });
    return client;
  }

  /** Starts a broker, whose messages are added to {@link received}. */
  async broker(settings: RedisSettings): Promise<RedisBroker> {
    const broker = new RedisBroker(settings, this.statistics);
    await start(broker, (_, message) => this.received.push(message.toString()));
    this.onEnd(() => {
      broker.close();
    });
    return broker;
  }

  /** Publishes until a message arrives: that proves that the subscription works (again). */
  async expectDelivery(publisher: Redis, channel: string, text: string): Promise<void> {
    await vi.waitFor(async () => {
      await publisher.publish(channel, text);
      expect(this.received).toContain(text);
    }, eventually);
  }
}

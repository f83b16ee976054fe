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
import { redisUrl, withoutRedis } from './given-redis.js';
import { findProgram, type OwnRedis, type RedisProgram, startRedis } from './own-redis.js';

/** The program that own servers are started from; without it, tests that need them are skipped. */
export const program: RedisProgram | undefined = withoutRedis ? undefined : await findProgram(redisUrl);
if (!withoutRedis && program === undefined) {
  console.warn('REDIS_URL is on another machine: the tests that start Redis servers of their own are skipped');
}

/** How long servers may take to start, to fail over, to be connected to again. */
export const patient = { timeout: 15_000, interval: 20 };

/** Servers and feeds of one test, and what the feeds have received and logged. */
export class OwnServers {
  readonly statistics = new RedisStatistics();
  readonly received: string[] = [];
  readonly log: string[] = [];
  readonly #cleanups: (() => unknown)[] = [];

  private constructor(
    /** For whatever the test needs on disk. */
    readonly directory: string,
  ) {
    Logger.overrideLogger(false);
    for (const level of ['log', 'warn', 'error'] as const) {
      vi.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => this.log.push(String(message)));
    }
  }

  /** Before a test. */
  static async begin(): Promise<OwnServers> {
    return new OwnServers(await mkdtemp(join(tmpdir(), 'fedistream-redis-')));
  }

  /** After it: ends everything, last things first. */
  async end(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      await cleanup();
    }
    await rm(this.directory, { recursive: true, force: true });
    vi.restoreAllMocks();
  }

  /** Has something done at the end. */
  finally(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** Starts a server without persistence. */
  server(parameters: readonly string[] = [], port?: number): Promise<OwnRedis> {
    return this.start(['--save', '', '--dir', this.directory, ...parameters], port);
  }

  /** Starts the program with exactly these parameters and a port. */
  async start(parameters: readonly string[], port?: number): Promise<OwnRedis> {
    if (program === undefined) {
      throw new Error('skip the test without a program');
    }
    const own = await startRedis(program, parameters, port);
    this.finally(() => own.stop());
    return own;
  }

  /** A client of the test's own. */
  connect(options: RedisSettings & { readonly tls?: ConnectionOptions }): Redis {
    const { host = '127.0.0.1', port = 0, path, password, tls } = options;
    const common = { ...(password !== undefined && { password }), ...(tls && { tls }) };
    const client = new Redis(path === undefined ? { ...common, host, port } : { ...common, path });
    client.on('error', () => undefined);
    this.finally(() => {
      client.disconnect();
    });
    return client;
  }

  /** A started broker; `received` has what it hands on. */
  async broker(settings: RedisSettings): Promise<RedisBroker> {
    const broker = new RedisBroker(settings, this.statistics);
    await start(broker, (_, message) => this.received.push(message.toString()));
    this.finally(() => {
      broker.close();
    });
    return broker;
  }

  /** Publishes until it arrives, which is how a test finds out that a connection works again. */
  async expectDelivery(publisher: Redis, channel: string, text: string): Promise<void> {
    await vi.waitFor(async () => {
      await publisher.publish(channel, text);
      expect(this.received).toContain(text);
    }, patient);
  }
}

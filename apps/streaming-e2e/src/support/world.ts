import { databasesOn } from '@fedistream/services';
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

import { RedisPublisher, type Feed } from './feed.js';
import { Fixtures } from './fixtures.js';
import { Server } from './server.js';

/** What to build. */
export interface WorldOptions {
  /** Where the server gets its events from; Redis when absent. */
  readonly feed?: Feed['name'];
  /** Settings of the server on top of those that connect it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other servers than the shared ones, for tests that stop them. */
  readonly redisUrl?: string;
  /** A database with the schema; a new one when absent. */
  readonly databaseUrl?: string;
}

/** A server with all that it needs, shared with nobody: its own database, its own names on Redis. */
export interface World {
  readonly server: Server;
  readonly feed: Feed;
  readonly fixtures: Fixtures;
  /** The server's settings: to start another one beside it. */
  readonly env: Readonly<Record<string, string>>;
  /** Stops everything. Call it in `afterAll`. */
  stop(): Promise<void>;
}

/** A {@link World} on Redis, where more can be looked up than on any feed. */
export interface RedisWorld extends World {
  readonly feed: RedisPublisher;
}

/** Builds a world; see {@link World}. */
export async function openWorld(options?: WorldOptions & { readonly feed?: 'redis' }): Promise<RedisWorld>;
export async function openWorld(options: WorldOptions): Promise<World>;
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const databases = databasesOn(inject('postgresUrl'));
  const databaseUrl = options.databaseUrl ?? (await databases.createDatabase(inject('templateUrl')));
  const redisUrl = options.redisUrl ?? inject('redisUrl');
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  const env = {
    DATABASE_URL: databaseUrl,
    ...(options.feed === 'memory' ? { BROKER: 'memory' } : { REDIS_URL: redisUrl, REDIS_NAMESPACE: namespace }),
    ...options.env,
  };
  const server = await Server.start(env);
  const feed = options.feed === 'memory' ? server.feed : new RedisPublisher(redisUrl, namespace);
  const fixtures = new Fixtures(databaseUrl);
  return {
    server,
    feed,
    fixtures,
    env,
    async stop() {
      await feed.close();
      await server.stop();
      await fixtures.close();
      await databases.dropDatabases();
    },
  };
}

import { expect } from 'vitest';

import {
  ask,
  openWorld,
  until,
  type RedisWorld,
  type Server,
  type World,
  type WorldOptions,
} from '../support/index.js';

/**
 * A world that is looked through at its end: the server has lived through everything, ends when it is asked to, holds
 * nothing of clients that have left, and no token stands in its log, of which everything is kept.
 */
export async function openCheckedWorld(options?: WorldOptions & { readonly feed?: 'redis' }): Promise<RedisWorld>;
export async function openCheckedWorld(options: WorldOptions): Promise<World>;
export async function openCheckedWorld(options: WorldOptions = {}): Promise<World> {
  const world = await openWorld({ ...options, env: { LOG_LEVEL: 'trace', ...options.env } });
  return {
    ...world,
    async stop() {
      const { server } = world;
      try {
        expect(server.running).toBe(true);
        await nothingLeft(world);
        await expectNoTokenInLog(world);
      } finally {
        await world.stop();
      }
      expect(await server.exited).toEqual({ code: 0, signal: null });
    },
  };
}

/** Waits until the server holds no client, no subscription and no channel; what it then still holds fails the test. */
export async function nothingLeft({ server, feed }: Pick<World, 'server' | 'feed'>): Promise<void> {
  const left = async () => [...(await heldBy(server)), ...(await subscribedFor(feed))];
  await until('the server holds nothing', async () => (await left()).length === 0).catch(() => undefined);
  expect(await left()).toEqual([]);
}

/** The metrics of clients, subscriptions and channels that are not 0. */
export async function heldBy(server: Server): Promise<string[]> {
  const { body } = await ask(server.url('/metrics'));
  return body
    .split('\n')
    .filter((line) => /^(connected_clients|connected_channels|redis_subscriptions)\b/.test(line))
    .filter((line) => !line.endsWith(' 0'));
}

/** The channels to which somebody is subscribed on Redis under the names of this world. */
export async function subscribedFor(feed: World['feed']): Promise<string[]> {
  const { client, prefixed } = feed as Partial<RedisWorld['feed']>;
  return client === undefined || prefixed === undefined
    ? []
    : ((await client.pubsub('CHANNELS', `${prefixed.call(feed, '')}*`)) as string[]);
}

async function expectNoTokenInLog({ server, fixtures }: World): Promise<void> {
  const rows = await fixtures.sql('SELECT token FROM oauth_access_tokens');
  const lines = server.output.split('\n');
  const telling = rows.flatMap(({ token }) => lines.filter((line) => line.includes(String(token))));
  expect(telling).toEqual([]);
}

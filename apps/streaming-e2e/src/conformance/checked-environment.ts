import { expect } from 'vitest';

import {
  httpRequest,
  openTestEnvironment,
  until,
  type RedisTestEnvironment,
  type Server,
  type TestEnvironment,
  type TestEnvironmentOptions,
} from '../support/index.js';

/**
 * A test environment with checks at its end: the server still runs, holds no state of clients that have left, has logged
 * no token at any level, and stops on request.
 */
export async function openCheckedEnvironment(
  options?: TestEnvironmentOptions & { readonly broker?: 'redis' },
): Promise<RedisTestEnvironment>;
export async function openCheckedEnvironment(options: TestEnvironmentOptions): Promise<TestEnvironment>;
export async function openCheckedEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  const environment = await openTestEnvironment({ ...options, env: { LOG_LEVEL: 'trace', ...options.env } });
  return {
    ...environment,
    async stop() {
      const { server } = environment;
      try {
        expect(server.running).toBe(true);
        await expectNothingLeft(environment);
        await expectNoTokenInLog(environment);
      } finally {
        await environment.stop();
      }
      expect(await server.exited).toEqual({ code: 0, signal: null });
    },
  };
}

/** Expects that the server holds no client, no subscription and no channel, soon. */
export async function expectNothingLeft({
  server,
  publisher,
}: Pick<TestEnvironment, 'server' | 'publisher'>): Promise<void> {
  const left = async () => [...(await heldBy(server)), ...(await subscribedFor(publisher))];
  await until('the server holds nothing', async () => (await left()).length === 0).catch(() => undefined);
  expect(await left()).toEqual([]);
}

/** What a server with a history listens to for itself. */
const ownChannel = /(?:^|:)history:(?:marker|ack:)/;

/** The metrics of clients, subscriptions and channels that are not 0; without what a server listens to for itself. */
export async function heldBy(server: Server): Promise<string[]> {
  const { body } = await httpRequest(server.url('/metrics'));
  const own = body.includes('\nfedistream_history_recording ') ? 1 : 0;
  return body
    .replace(new RegExp(`^redis_subscriptions ${own}$`, 'm'), 'redis_subscriptions 0')
    .split('\n')
    .filter((line) => /^(connected_clients|connected_channels|redis_subscriptions)\b/.test(line))
    .filter((line) => !line.endsWith(' 0'));
}

/** The channels with subscribers on Redis, in the namespace of this environment; without those of the servers themselves. */
export async function subscribedFor(publisher: TestEnvironment['publisher']): Promise<string[]> {
  const { client, prefixed } = publisher as Partial<RedisTestEnvironment['publisher']>;
  return client === undefined || prefixed === undefined
    ? []
    : ((await client.pubsub('CHANNELS', `${prefixed.call(publisher, '')}*`)) as string[]).filter(
        (channel) => !ownChannel.test(channel),
      );
}

async function expectNoTokenInLog({ server, fixtures }: TestEnvironment): Promise<void> {
  const rows = await fixtures.sql('SELECT token FROM oauth_access_tokens');
  const lines = server.outputSoFar.split('\n');
  const telling = rows.flatMap(({ token }) => lines.filter((line) => line.includes(String(token))));
  expect(telling).toEqual([]);
}

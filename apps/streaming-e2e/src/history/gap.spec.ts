import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import {
  openTestEnvironment,
  ownRedis,
  publishEvent,
  Server,
  until,
  type RedisTestEnvironment,
} from '../support/index.js';
import { resumingTransports, type ResumedClient } from './resuming-clients.js';

/** A server that records, and one that serves clients only, on a Redis of their own. */
async function twoServers(test: TestContext): Promise<{ environment: RedisTestEnvironment; serving: Server }> {
  const redis = await ownRedis(test);
  onTestFinished(() => redis.stop());
  const environment = await openTestEnvironment({ redisUrl: redis.url, env: { HISTORY: 'on' } });
  onTestFinished(() => environment.stop());
  const serving = await Server.start({ ...environment.env, ROLE: 'streaming' });
  onTestFinished(() => serving.stop().then(() => undefined));
  return { environment, serving };
}

/** Ends the connection over which the server that started last receives messages. */
async function cutNewestSubscriber({ publisher: { client } }: RedisTestEnvironment): Promise<void> {
  const list = String(await client.client('LIST'));
  const ids = Array.from(list.matchAll(/^id=(\d+) .*name=fedistream-subscriber /gm), ([, id]) => Number(id));
  await client.client('KILL', 'ID', Math.max(...ids));
}

const idsOf = (client: ResumedClient) => client.events().map(({ payload = '' }) => payload);

describe('a client of a server that loses Redis while another server records', () => {
  for (const transport of resumingTransports) {
    it(`is closed, comes back, and misses nothing: ${transport.name}`, async (test) => {
      const { environment, serving } = await twoServers(test);
      const viewer = await environment.fixtures.viewer();
      const wanted = { token: viewer.token, stream: 'user' };
      const publish = async (...ids: string[]) => {
        for (const id of ids) {
          await publishEvent(environment.publisher, `timeline:${viewer.account.id}`, 'delete', id);
        }
      };
      const before = await until('the server tells positions', async () => {
        const client = await transport.open(serving, wanted);
        const told = await Promise.race([client.position(), new Promise((resolve) => setTimeout(resolve, 500))]);
        return told === undefined ? (await client.close(), undefined) : client;
      });
      await publish('1', '2', '3');
      await until('the first events', () => idsOf(before).length === 3);
      const position = await before.position();

      serving.signal('SIGSTOP');
      await cutNewestSubscriber(environment);
      await publish('4', '5', '6');
      serving.signal('SIGCONT');
      await before.ended;
      expect(idsOf(before)).toEqual(['1', '2', '3']);

      const after = await until('the server takes clients again', () =>
        transport.open(serving, wanted, position).catch(() => undefined),
      );
      await publish('7');
      await until('the live event', () => idsOf(after).includes('7'));
      expect([after.recovered, idsOf(after)]).toEqual([true, ['4', '5', '6', '7']]);
      await after.close();
    });
  }
});

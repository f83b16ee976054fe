import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestEnvironment,
  publishEvent,
  Refusal,
  statusBy,
  TableLock,
  until,
  type Account,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';
import { resumingTransports, type ResumedClient } from './resuming-clients.js';

/** `npm run test:history` runs what takes a minute as well. */
const isLongForm = process.env['HISTORY_ROUNDS'] !== undefined;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const idsOf = (client: ResumedClient) => client.events().map(({ payload = '' }) => payload);

describe.each(resumingTransports)('a client that was away, over $name,', (transport) => {
  let environment: RedisTestEnvironment;
  let viewer: Viewer;
  let author: Account;
  let numbers = 0;

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { HISTORY: 'on' } });
    viewer = await environment.fixtures.viewer();
    author = await environment.fixtures.account();
    await until('clients are told positions', async () => {
      const client = await open('user');
      const known = await Promise.race([client.position(), pause(300)]);
      await client.close();
      return known;
    });
  });

  afterAll(async () => {
    await environment.stop();
  });

  const open = (stream: string, since?: string, token = viewer.token) =>
    transport.open(environment.server, { token, stream }, since);

  async function publish(channel: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => String(++numbers));
    const pipeline = environment.publisher.client.pipeline();
    for (const id of ids) {
      pipeline.publish(environment.publisher.prefixed(channel), JSON.stringify({ event: 'delete', payload: id }));
    }
    await pipeline.exec();
    return ids;
  }

  /** Receives one event, leaves; the position after that event. */
  async function positionAfterOne(stream: string, channel: string, token = viewer.token): Promise<string> {
    const client = await open(stream, undefined, token);
    const [id = ''] = await publish(channel, 1);
    await until('the event', () => idsOf(client).includes(id));
    const { raw = '' } = client.events().find(({ payload }) => payload === id) ?? {};
    await client.close();
    return /"id":"([\w.-]+)"\}$/.exec(raw)?.[1] ?? /^id: (.+)$/m.exec(raw)?.[1] ?? '';
  }

  it('is refused, and given nothing, when its token was revoked meanwhile', async () => {
    const other = await environment.fixtures.viewer();
    const channel = `timeline:${other.account.id}`;
    const position = await positionAfterOne('user', channel, other.token);
    await publish(channel, 3);
    await environment.fixtures.sql('UPDATE oauth_access_tokens SET revoked_at = now() WHERE id = $1', [other.tokenId]);
    await publishEvent(environment.publisher, `timeline:access_token:${other.tokenId}`, 'kill');
    await until('the token is refused', async () => {
      const refusal: unknown = await open('user', position, other.token).catch((error: unknown) => error);
      return refusal instanceof Refusal && refusal.status === 401;
    });
  });

  it('misses nothing while 1,000 events a second are published: it leaves and comes back ten times', async () => {
    const received: string[] = [];
    let client = await open('public');
    await client.position();
    const [first = ''] = await publish('timeline:public', 1);
    let publishing = true as boolean;
    const published = (async () => {
      for (let batch = 0; batch < 100; batch++) {
        await publish('timeline:public', 10);
        await pause(10);
      }
      publishing = false;
    })();
    const results: (boolean | undefined)[] = [];
    while (publishing && results.length < 10) {
      await until('an event', () => client.events().length > 0);
      const seen = client.events();
      const { raw = '' } = seen.at(-1) ?? {};
      received.push(...seen.map(({ payload = '' }) => payload));
      await client.close();
      const position = /"id":"([\w.-]+)"\}$/.exec(raw)?.[1] ?? /^id: (.+)$/m.exec(raw)?.[1];
      client = await open('public', position);
      results.push(client.recovered);
    }
    await published;
    await until('the last event', () => idsOf(client).includes(String(numbers)));
    received.push(...idsOf(client));
    await client.close();
    const expected = Array.from({ length: numbers - Number(first) + 1 }, (_, index) => String(Number(first) + index));
    // Where a resume was refused, what is missing was told; all others are exact.
    const gaps = results.filter((recovered) => recovered !== true).length;
    expect(received.slice(received.indexOf(first)).length).toBe(new Set(received.slice(received.indexOf(first))).size);
    if (gaps === 0) {
      expect(received.slice(received.indexOf(first))).toEqual(expected);
    }
    expect(results.length).toBeGreaterThan(0);
  });

  it('is given everything or nothing when PostgreSQL does not answer meanwhile, and everything later', async () => {
    const position = await positionAfterOne('public', 'timeline:public');
    const statuses = [1, 2, 3].map(() => statusBy(author));
    for (const status of statuses) {
      await publishEvent(environment.publisher, 'timeline:public', 'update', status);
    }
    const lock = await TableLock.take(environment, 'blocks');
    const during = await open('public', position).finally(() => lock.release());
    expect([during.recovered, during.events()]).toEqual([false, []]);
    await during.close();
    const after = await open('public', position);
    await until('what it missed', () => after.events().length === statuses.length);
    expect(after.recovered).toBe(true);
    await after.close();
  });

  it.runIf(isLongForm)(
    'misses nothing of a minute with two events a second',
    async () => {
      const channel = `timeline:${viewer.account.id}`;
      const position = await positionAfterOne('user', channel);
      const missed: string[] = [];
      for (let index = 0; index < 120; index++) {
        missed.push(...(await publish(channel, 1)));
        await pause(500);
      }
      const began = performance.now();
      const client = await open('user', position);
      await until('what it missed', () => idsOf(client).length === missed.length);
      console.log(`caught up after ${Math.round(performance.now() - began)} ms`);
      expect([client.recovered, idsOf(client)]).toEqual([true, missed]);
      await client.close();
    },
    120_000,
  );
});

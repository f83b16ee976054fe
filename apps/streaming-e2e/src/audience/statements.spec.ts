import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';

import {
  authorization,
  eventStream,
  listening,
  mentionOf,
  metric,
  openWorld,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  streamingPath,
  WebSocketClient,
  webSocketUrl,
  type RedisWorld,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { chooseLanguages, disabled, giveRole, newCast, permissions } from './cast.js';
import { openCountedWorld } from './counted-world.js';
import { Crowd } from './crowd.js';

const { channel, stream } = feeds.live;
const most = 3;
/** How many sockets are opened at a time. */
const bunch = 50;

describe('how often PostgreSQL is asked about an event', { timeout: 120_000 }, () => {
  /** Eve, who may see everything, listens; and there is a crowd that may come. */
  const openCrowdedWorld = async (test: TestContext) => {
    const { world, statementsDuring } = await openCountedWorld(test);
    const { server, feed, fixtures } = world;
    const { eve, alice } = await newCast(fixtures);
    await giveRole(fixtures, eve, permissions.administrator);
    const crowd = await Crowd.of(fixtures, 2_000);
    const tokens = crowd.tokens;
    const client = await WebSocketClient.open(webSocketUrl(server, { token: eve.token, stream }));
    const clients = [client];
    onTestFinished(async () => {
      await Promise.all(clients.map((one) => one.close()));
    });
    return {
      world,
      alice,
      /** Brings as many viewers as this to the stream, Eve among them. */
      gather: async (viewers: number) => {
        while (clients.length < viewers) {
          const coming = tokens.splice(0, Math.min(bunch, viewers - clients.length));
          clients.push(
            ...(await Promise.all(
              coming.map((token) => WebSocketClient.open(webSocketUrl(server, { token, stream }))),
            )),
          );
        }
      },
      /** Publishes, and counts until Eve has it: then everything is decided. */
      asked: async (event: string, payload: unknown = statusBy(alice)): Promise<number> => {
        const statements = await statementsDuring(async () => {
          await publishEvent(feed, channel, event, payload);
          expect(await client.next()).toMatchObject({ event });
        });
        return statements.length;
      },
      /** Publishes several at once, and counts until Eve has all of them, in this order. */
      askedAbout: async (ids: readonly string[]): Promise<number> => {
        const statements = await statementsDuring(async () => {
          await Promise.all(ids.map((id) => publishEvent(feed, channel, 'update', statusBy(alice, { id }))));
          for (const id of ids) {
            const { payload = '' } = await client.next();
            expect(JSON.parse(payload)).toMatchObject({ id });
          }
        });
        return statements.length;
      },
      /** Somebody new, whom more people block than are read of anybody. */
      shunned: async () => {
        const account = await fixtures.account();
        await crowd.block(account);
        return account;
      },
      changeFilters: async () => {
        await fixtures.filter(eve.account, { keywords: [{ keyword: 'cat' }] });
        await publishEvent(feed, `timeline:system:${eve.account.id}`, 'filters_changed');
      },
      changeUser: () => chooseLanguages(fixtures, eve, ['en', 'de']),
      closeFeed: () => fixtures.setting('local_live_feed_access', disabled),
      openFeed: () => fixtures.sql('DELETE FROM settings'),
    };
  };

  it('is bounded, and the same for 1, 100 and 2,000 viewers', async (test) => {
    const { world, alice, gather, asked, ...the } = await openCrowdedWorld(test);
    const people = await Promise.all(Array.from({ length: 20 }, () => world.fixtures.account()));
    const countAll = async () => {
      const byShunned = statusBy(await the.shunned());
      const counts: Record<string, number> = {};
      counts['an event when somebody has come'] = await asked('update');
      counts['an event'] = await asked('update');
      counts['an edit'] = await asked('status.update');
      counts['a deletion'] = await asked('delete', '110000000000000001');
      counts['an event about many people'] = await asked(
        'update',
        statusBy(alice, { mentions: people.map(mentionOf) }),
      );
      counts['an event by somebody shunned'] = await asked('update', byShunned);
      counts['another one by them'] = await asked('update', byShunned);
      await the.changeFilters();
      counts['when filters have changed'] = await asked('update');
      await the.changeUser();
      counts['when a user has changed'] = await asked('update');
      await the.closeFeed();
      counts['while the feed is closed'] = await asked('update');
      await the.openFeed();
      return counts;
    };
    const forOne = await countAll();
    expect(Math.max(...Object.values(forOne))).toBeLessThanOrEqual(most);
    expect(forOne).toMatchObject({ 'an event': 1, 'an edit': 1, 'a deletion': 1, 'an event about many people': 1 });
    for (const viewers of [100, 2_000]) {
      await gather(viewers);
      expect(await countAll()).toEqual(forOne);
    }
  });

  it('is seldom when many events come soon after each other and many listen', async (test) => {
    const { gather, asked, askedAbout } = await openCrowdedWorld(test);
    await gather(1_000);
    await asked('update');
    const ids = Array.from({ length: 40 }, (_, index) => String(110_000 + index));
    expect(await askedAbout(ids)).toBeLessThan(ids.length / 4);
  });

  it('is bounded when everything is unusual at once', async (test) => {
    const { gather, asked, ...the } = await openCrowdedWorld(test);
    await asked('update');
    await gather(2);
    await the.changeUser();
    await the.changeFilters();
    await the.closeFeed();
    expect(await asked('update', statusBy(await the.shunned()))).toBeLessThanOrEqual(most);
  });

  it('is bounded for an author whom 100,000 block, and for a viewer who blocks 50,000', async (test) => {
    const { world, statementsDuring } = await openCountedWorld(test);
    const { server, feed, fixtures } = world;
    const { eve, finn, alice, bob, carol } = await newCast(fixtures);
    const crowd = await Crowd.of(fixtures, 100_000);
    await crowd.block(alice);
    await crowd.areBlockedBy(bob);
    await fixtures.sql(
      `INSERT INTO blocks (account_id, target_account_id)
        SELECT $1, account_id FROM users WHERE account_id NOT IN ($1, $2) LIMIT 50000`,
      [eve.account.id, finn.account.id],
    );
    await fixtures.block(eve.account, carol);
    const [member = ''] = crowd.tokens;
    const open = (token: string) => eventStream.open(server, feed, { token, ...feeds.live });
    const clients = { eve: await open(eve.token), finn: await open(finn.token), member: await open(member) };
    onTestFinished(async () => {
      await Promise.all(Object.values(clients).map((client) => client.close()));
    });
    for (const author of [alice, bob, carol, finn.account]) {
      const statements = await statementsDuring(async () => {
        await publishEvent(feed, channel, 'update', statusBy(author));
        await clients.finn.next();
      });
      expect(statements.length).toBeLessThanOrEqual(most);
    }
    const authorsSeenBy = async (client: keyof typeof clients) => {
      await receivedBeforeFence(clients[client], feed, channel);
      const updates = clients[client].received.filter(({ event }) => event === 'update');
      return updates.map(({ payload = '' }) => (JSON.parse(payload) as { account: { acct: string } }).account.acct);
    };
    expect(await authorsSeenBy('finn')).toEqual([alice, bob, carol, finn.account].map(({ acct }) => acct));
    expect(await authorsSeenBy('eve')).toEqual([alice, bob, finn.account].map(({ acct }) => acct));
    expect(await authorsSeenBy('member')).toEqual([carol, finn.account].map(({ acct }) => acct));
  });
});

describe('while nobody listens any more,', () => {
  let world: RedisWorld;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(async () => {
    await world.stop();
  });

  it('the database is not asked', async () => {
    const { server, feed } = world;
    const cast = await newCast(world.fixtures);
    const home = `timeline:${cast.eve.account.id}`;
    const { token } = cast.eve;
    const stays = await eventStream.open(server, feed, { token, stream: 'user', channel: home });
    const leaves = await eventStream.open(server, feed, { token, ...feeds.live });
    const socket = await WebSocketClient.open(server.url(`${streamingPath}/`, 'ws'), {
      headers: authorization({ token }),
    });
    socket.subscribe(stream);
    await listening(socket, feed, channel);
    await publishEvent(feed, channel, 'update', statusBy(cast.alice));
    await receivedBeforeFence(leaves, feed, channel);
    const asked = await metric(server, 'fedistream_audience_statements_total');
    expect(asked).toBeGreaterThan(0);
    await leaves.close();
    socket.unsubscribe(stream);
    await feed.subscribers(channel, 0);
    await publishEvent(feed, channel, 'update', statusBy(cast.alice));
    await receivedBeforeFence(stays, feed, home);
    expect(await metric(server, 'fedistream_audience_statements_total')).toBe(asked);
    await stays.close();
    await socket.close();
  });
});

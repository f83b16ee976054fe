import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';

import {
  authorization,
  eventStream,
  untilSubscribed,
  mentionOf,
  metric,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  streamingPath,
  WebSocketClient,
  webSocketUrl,
  type RedisTestEnvironment,
} from '../support/index.js';
import { feeds } from './audience-case.js';
import { chooseLanguages, disabled, giveRole, newPeople, permissions } from './people.js';
import { openWithStatementLog } from './statement-log.js';
import { BulkViewers } from './bulk-viewers.js';

const { channel, stream } = feeds.live;
const most = 3;
/** How many sockets are opened at a time. */
const bunch = 50;

describe('how often PostgreSQL is asked about an event', { timeout: 120_000 }, () => {
  /** Eve, who may see everything, listens; and there is a crowd that may come. */
  const openCrowdedEnvironment = async (test: TestContext) => {
    const { environment, statementsDuring } = await openWithStatementLog(test);
    const { server, publisher, fixtures } = environment;
    const { eve, alice } = await newPeople(fixtures);
    await giveRole(fixtures, eve, permissions.administrator);
    const crowd = await BulkViewers.of(fixtures, 2_000);
    const tokens = crowd.tokens;
    const client = await WebSocketClient.open(webSocketUrl(server, { token: eve.token, stream }));
    const clients = [client];
    onTestFinished(async () => {
      await Promise.all(clients.map((one) => one.close()));
    });
    return {
      environment,
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
          await publishEvent(publisher, channel, event, payload);
          expect(await client.next()).toMatchObject({ event });
        });
        return statements.length;
      },
      /** Publishes several at once, and counts until Eve has all of them, in this order. */
      askedAbout: async (ids: readonly string[]): Promise<number> => {
        const statements = await statementsDuring(async () => {
          await Promise.all(ids.map((id) => publishEvent(publisher, channel, 'update', statusBy(alice, { id }))));
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
        await publishEvent(publisher, `timeline:system:${eve.account.id}`, 'filters_changed');
      },
      changeUser: () => chooseLanguages(fixtures, eve, ['en', 'de']),
      closeFeed: () => fixtures.setting('local_live_feed_access', disabled),
      openFeed: () => fixtures.sql('DELETE FROM settings'),
    };
  };

  it('is bounded, and the same for 1, 100 and 2,000 viewers', async (test) => {
    const { environment, alice, gather, asked, ...the } = await openCrowdedEnvironment(test);
    const people = await Promise.all(Array.from({ length: 20 }, () => environment.fixtures.account()));
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
    const { gather, asked, askedAbout } = await openCrowdedEnvironment(test);
    await gather(1_000);
    await asked('update');
    const ids = Array.from({ length: 40 }, (_, index) => String(110_000 + index));
    expect(await askedAbout(ids)).toBeLessThan(ids.length / 4);
  });

  it('is bounded when everything is unusual at once', async (test) => {
    const { gather, asked, ...the } = await openCrowdedEnvironment(test);
    await asked('update');
    await gather(2);
    await the.changeUser();
    await the.changeFilters();
    await the.closeFeed();
    expect(await asked('update', statusBy(await the.shunned()))).toBeLessThanOrEqual(most);
  });

  it('is bounded for an author whom 100,000 block, and for a viewer who blocks 50,000', async (test) => {
    const { environment, statementsDuring } = await openWithStatementLog(test);
    const { server, publisher, fixtures } = environment;
    const { eve, finn, alice, bob, carol } = await newPeople(fixtures);
    const crowd = await BulkViewers.of(fixtures, 100_000);
    await crowd.block(alice);
    await crowd.areBlockedBy(bob);
    await fixtures.sql(
      `INSERT INTO blocks (account_id, target_account_id)
        SELECT $1, account_id FROM users WHERE account_id NOT IN ($1, $2) LIMIT 50000`,
      [eve.account.id, finn.account.id],
    );
    await fixtures.block(eve.account, carol);
    const [member = ''] = crowd.tokens;
    const open = (token: string) => eventStream.open(server, publisher, { token, ...feeds.live });
    const clients = { eve: await open(eve.token), finn: await open(finn.token), member: await open(member) };
    onTestFinished(async () => {
      await Promise.all(Object.values(clients).map((client) => client.close()));
    });
    for (const author of [alice, bob, carol, finn.account]) {
      const statements = await statementsDuring(async () => {
        await publishEvent(publisher, channel, 'update', statusBy(author));
        await clients.finn.next();
      });
      expect(statements.length).toBeLessThanOrEqual(most);
    }
    const authorsSeenBy = async (client: keyof typeof clients) => {
      await receivedBeforeFence(clients[client], publisher, channel);
      const updates = clients[client].received.filter(({ event }) => event === 'update');
      return updates.map(({ payload = '' }) => (JSON.parse(payload) as { account: { acct: string } }).account.acct);
    };
    expect(await authorsSeenBy('finn')).toEqual([alice, bob, carol, finn.account].map(({ acct }) => acct));
    expect(await authorsSeenBy('eve')).toEqual([alice, bob, finn.account].map(({ acct }) => acct));
    expect(await authorsSeenBy('member')).toEqual([carol, finn.account].map(({ acct }) => acct));
  });
});

describe('while nobody listens any more,', () => {
  let environment: RedisTestEnvironment;

  beforeAll(async () => {
    environment = await openTestEnvironment();
  });

  afterAll(async () => {
    await environment.stop();
  });

  it('the database is not asked', async () => {
    const { server, publisher } = environment;
    const people = await newPeople(environment.fixtures);
    const home = `timeline:${people.eve.account.id}`;
    const { token } = people.eve;
    const stays = await eventStream.open(server, publisher, { token, stream: 'user', channel: home });
    const leaves = await eventStream.open(server, publisher, { token, ...feeds.live });
    const socket = await WebSocketClient.open(server.url(`${streamingPath}/`, 'ws'), {
      headers: authorization({ token }),
    });
    socket.subscribe(stream);
    await untilSubscribed(socket, publisher, channel);
    await publishEvent(publisher, channel, 'update', statusBy(people.alice));
    await receivedBeforeFence(leaves, publisher, channel);
    const asked = await metric(server, 'fedistream_audience_statements_total');
    expect(asked).toBeGreaterThan(0);
    await leaves.close();
    socket.unsubscribe(stream);
    await publisher.subscribers(channel, 0);
    await publishEvent(publisher, channel, 'update', statusBy(people.alice));
    await receivedBeforeFence(stays, publisher, home);
    expect(await metric(server, 'fedistream_audience_statements_total')).toBe(asked);
    await stays.close();
    await socket.close();
  });
});

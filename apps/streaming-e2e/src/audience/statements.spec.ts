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
/** Sockets opened at a time. */
const bunch = 50;

describe('the number of statements per event', { timeout: 120_000 }, () => {
  const atEnd: (() => Promise<unknown>)[] = [];
  let opened: ReturnType<typeof openWithBulkViewers> | undefined;

  afterAll(async () => {
    for (const stop of atEnd.reverse()) {
      await stop();
    }
  });

  /** Eve, an administrator, listens. Up to 2,000 more viewers can connect, and stay for the next test. */
  const open = async (test: TestContext) => {
    opened ??= openWithBulkViewers(test);
    return opened.catch((failure: unknown) => {
      opened = undefined;
      throw failure;
    });
  };

  const openWithBulkViewers = async (test: TestContext) => {
    const { environment, statementsDuring } = await openWithStatementLog(test, (stop) => atEnd.push(stop));
    const { server, publisher, fixtures } = environment;
    const { eve, alice } = await newPeople(fixtures);
    await giveRole(fixtures, eve, permissions.administrator);
    const bulk = await BulkViewers.of(fixtures, 2_000);
    const tokens = bulk.tokens;
    const client = await WebSocketClient.open(webSocketUrl(server, { token: eve.token, stream }));
    const clients = [client];
    atEnd.push(() => Promise.all(clients.map((one) => one.close())));
    return {
      environment,
      alice,
      /** Connects viewers until this many listen, Eve included. */
      addViewers: async (viewers: number) => {
        while (clients.length < viewers) {
          const coming = tokens.splice(0, Math.min(bunch, viewers - clients.length));
          clients.push(
            ...(await Promise.all(
              coming.map((token) => WebSocketClient.open(webSocketUrl(server, { token, stream }))),
            )),
          );
        }
      },
      /** Publishes an event and counts statements until Eve has received it: then it is decided. */
      asked: async (event: string, payload: unknown = statusBy(alice)): Promise<number> => {
        const statements = await statementsDuring(async () => {
          await publishEvent(publisher, channel, event, payload);
          expect(await client.next()).toMatchObject({ event });
        });
        return statements.length;
      },
      /** Publishes several events at once and counts until Eve has received all of them, in this order. */
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
      /** A new account with more blockers than the server reads at once. */
      muchBlocked: async () => {
        const account = await fixtures.account();
        await bulk.block(account);
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

  it('is at most three, the same for 100 and 2,000 viewers, and no higher for one', async (test) => {
    const { environment, alice, addViewers, asked, ...the } = await open(test);
    const people = await Promise.all(Array.from({ length: 20 }, () => environment.fixtures.account()));
    // No event waits for the filters of other viewers: their look-up may end when the next event has come.
    const twice = async () => (await asked('update')) + (await asked('update'));
    const countAll = async () => {
      const byMuchBlocked = statusBy(await the.muchBlocked());
      const counts: Record<string, number> = {};
      counts['the first event after a viewer connects, and the next'] = await twice();
      counts['an event'] = await asked('update');
      counts['an edit'] = await asked('status.update');
      counts['a deletion'] = await asked('delete', '110000000000000001');
      counts['an event with many mentions'] = await asked(
        'update',
        statusBy(alice, { mentions: people.map(mentionOf) }),
      );
      counts['an event by a much-blocked author'] = await asked('update', byMuchBlocked);
      counts['a second one by that author'] = await asked('update', byMuchBlocked);
      await the.changeFilters();
      counts['an event after filters changed, and the next'] = await twice();
      await the.changeUser();
      counts['an event after a user changed'] = await asked('update');
      await the.closeFeed();
      counts['an event while the feed is closed'] = await asked('update');
      await the.openFeed();
      return counts;
    };
    const forOne = await countAll();
    expect(forOne).toMatchObject({ 'an event': 1, 'an edit': 1, 'a deletion': 1, 'an event with many mentions': 1 });
    await addViewers(100);
    const forHundred = await countAll();
    expect(Math.max(...Object.values(forHundred))).toBeLessThanOrEqual(most);
    for (const [name, count] of Object.entries(forOne)) {
      expect([name, count]).toEqual([name, Math.min(count, forHundred[name] ?? 0)]);
    }
    await addViewers(2_000);
    expect(await countAll()).toEqual(forHundred);
  });

  it('is bounded when filters, user and settings have changed and the author is much blocked', async (test) => {
    const { addViewers, asked, ...the } = await open(test);
    await asked('update');
    await addViewers(2);
    await the.changeUser();
    await the.changeFilters();
    await the.closeFeed();
    expect(await asked('update', statusBy(await the.muchBlocked()))).toBeLessThanOrEqual(most);
    await the.openFeed();
  });

  it('is below one in four when forty events come at once and at least 1,000 viewers listen', async (test) => {
    const { addViewers, asked, askedAbout } = await open(test);
    await addViewers(1_000);
    await asked('update');
    const ids = Array.from({ length: 40 }, (_, index) => String(110_000 + index));
    expect(await askedAbout(ids)).toBeLessThan(ids.length / 4);
  });

  it('is bounded for an author with 100,000 blockers and a viewer who blocks 50,000 accounts', async (test) => {
    const { environment, statementsDuring } = await openWithStatementLog(test);
    const { server, publisher, fixtures } = environment;
    const { eve, finn, alice, bob, carol } = await newPeople(fixtures);
    const bulk = await BulkViewers.of(fixtures, 100_000);
    await bulk.block(alice);
    await bulk.areBlockedBy(bob);
    await fixtures.sql(
      `INSERT INTO blocks (account_id, target_account_id)
        SELECT $1, account_id FROM users WHERE account_id NOT IN ($1, $2) LIMIT 50000`,
      [eve.account.id, finn.account.id],
    );
    await fixtures.block(eve.account, carol);
    const [member = ''] = bulk.tokens;
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

describe('after the last viewer has left,', () => {
  let environment: RedisTestEnvironment;

  beforeAll(async () => {
    environment = await openTestEnvironment();
  });

  afterAll(async () => {
    await environment.stop();
  });

  it('the server sends no statement', async () => {
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
    const askedSince = await metric(server, 'fedistream_audience_statements_total');
    expect(askedSince).toBe(asked);
    await stays.close();
    await socket.close();
  });
});

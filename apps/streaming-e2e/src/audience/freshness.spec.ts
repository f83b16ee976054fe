import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  eventStream,
  mentionOf,
  multiplexedWebSocket,
  openTestEnvironment,
  publishEvent,
  receivedBeforeFence,
  statusBy,
  type Fixtures,
  type RedisTestEnvironment,
  type Status,
  type StreamClient,
} from '../support/index.js';
import {
  chooseLanguages,
  disabled,
  domainOf,
  defaultRole,
  giveRole,
  newPeople,
  permissions,
  type People,
} from './people.js';

const channel = 'timeline:public';

type Change = (fixtures: Fixtures, people: People) => Promise<unknown>;

/** A change that hides statuses from Eve, and its reversal. */
interface Reversible {
  readonly what: string;
  readonly hide: Change;
  readonly show: Change;
  /** The status that it hides; one of Bob's when absent. */
  readonly status?: (people: People) => Status;
}

const soon = () => new Date(Date.now() + 3_600_000);
const opens = (permission: bigint) => (fixtures: Fixtures) => fixtures.role(permission, defaultRole);

const reversible: readonly Reversible[] = [
  { what: 'a block', hide: (f, c) => f.block(c.eve.account, c.bob), show: (f, c) => f.unblock(c.eve.account, c.bob) },
  {
    what: 'a block by the author',
    hide: (f, c) => f.block(c.bob, c.eve.account),
    show: (f, c) => f.unblock(c.bob, c.eve.account),
  },
  { what: 'a mute', hide: (f, c) => f.mute(c.eve.account, c.bob), show: (f, c) => f.unmute(c.eve.account, c.bob) },
  {
    what: 'a mute of a mentioned account',
    status: ({ bob, carol }) => statusBy(bob, { mentions: [mentionOf(carol)] }),
    hide: (f, c) => f.mute(c.eve.account, c.carol, soon()),
    show: (f, c) => f.unmute(c.eve.account, c.carol),
  },
  {
    what: 'the end of a mute',
    // A scheduler removes the row some time later.
    hide: async (f, c) => {
      await f.unmute(c.eve.account, c.bob);
      await f.mute(c.eve.account, c.bob, soon());
    },
    show: (f, c) =>
      f.sql(`UPDATE mutes SET expires_at = timezone('UTC', now()) WHERE account_id = $1`, [c.eve.account.id]),
  },
  {
    what: 'a block of a domain',
    hide: (f, c) => f.blockDomain(c.eve.account, domainOf(c.bob)),
    show: (f, c) => f.unblockDomain(c.eve.account, domainOf(c.bob)),
  },
  {
    what: 'the chosen languages',
    hide: (f, c) => chooseLanguages(f, c.eve, ['de']),
    show: (f, c) => chooseLanguages(f, c.eve, ['de', 'en']),
  },
  {
    what: 'the closing of a feed',
    hide: (f) => f.setting('remote_live_feed_access', disabled),
    show: (f) => f.setting('remote_live_feed_access', '--- authenticated\n'),
  },
];

/** Changes of roles, tested while the remote live feed is closed. */
const roles: readonly Reversible[] = [
  {
    what: 'a role',
    show: (f, c) => giveRole(f, c.eve, permissions.viewFeeds),
    hide: (f, c) => f.sql('UPDATE users SET role_id = NULL WHERE id = $1', [c.eve.user.id]),
  },
  {
    what: 'the permissions of a role',
    show: async (f, c) => {
      await giveRole(f, c.eve, 0n);
      await f.sql('UPDATE user_roles SET permissions = 1 WHERE id = (SELECT role_id FROM users WHERE id = $1)', [
        c.eve.user.id,
      ]);
    },
    hide: (f, c) =>
      f.sql('UPDATE user_roles SET permissions = 8 WHERE id = (SELECT role_id FROM users WHERE id = $1)', [
        c.eve.user.id,
      ]),
  },
  { what: 'the permissions of the default role', show: opens(permissions.viewFeeds), hide: opens(0n) },
];

describe('a change committed before an event is published applies to that event, on open streams:', () => {
  let environment: RedisTestEnvironment;
  let people: People;
  let clients: readonly StreamClient[];

  beforeAll(async () => {
    environment = await openTestEnvironment();
  });

  afterAll(async () => {
    await environment.stop();
  });

  beforeEach(async () => {
    people = await newPeople(environment.fixtures);
    const { token } = people.eve;
    clients = await Promise.all(
      [eventStream, multiplexedWebSocket].map((transport) =>
        transport.open(environment.server, environment.publisher, { token, stream: 'public', channel }),
      ),
    );
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await environment.fixtures.sql('DELETE FROM settings');
  });

  const timesOver = 8;

  /** Commits changes and publishes without a pause. Each client must receive exactly the statuses published while they were visible. */
  const expectFollowed = async ({ hide, show, status = ({ bob }) => statusBy(bob) }: Reversible) => {
    const shown: string[] = [];
    const publish = async () => {
      const published = status(people);
      await publishEvent(environment.publisher, channel, 'update', published);
      // The server decides before the next change, which may otherwise apply to this status as well.
      await receivedBeforeFence(clients[0]!, environment.publisher, channel);
      return published.id;
    };
    for (let time = 0; time < timesOver; time++) {
      await hide(environment.fixtures, people);
      await publish();
      await show(environment.fixtures, people);
      shown.push(await publish());
      shown.push(await publish());
    }
    for (const client of clients) {
      await receivedBeforeFence(client, environment.publisher, channel);
      const updates = client.received.filter(({ event }) => event === 'update');
      expect(updates.map(({ payload = '' }) => (JSON.parse(payload) as Status).id)).toEqual(shown);
    }
  };

  it.each(reversible.map((one) => [one.what, one] as const))('%s', async (_what, one) => {
    await expectFollowed(one);
  });

  it.each(roles.map((one) => [one.what, one] as const))('%s, while a feed is closed', async (_what, one) => {
    await environment.fixtures.setting('remote_live_feed_access', disabled);
    await expectFollowed(one);
  });
});

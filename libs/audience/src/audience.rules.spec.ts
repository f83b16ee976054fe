import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { accountOf, permissions, statusOf, type AudienceTables } from './testing/index.js';
import { AudienceHarness } from './testing/audience-harness.js';
import type { ClosedBy } from './rules/rule.js';
import type { JsonObject } from './status/json.js';

Logger.overrideLogger(false);

const hour = 3_600_000;
const disabled = '--- disabled\n';

interface Case {
  readonly it: string;
  readonly given?: (tables: AudienceTables) => void;
  readonly status?: JsonObject;
  readonly closedBy?: ClosedBy | null;
  /** Account 5 is the one in question, account 6 has nothing to do with it. */
  readonly seenBy: readonly ('5' | '6')[];
}

const blocks = (accountId: string, targetAccountId: string) => (tables: AudienceTables) => {
  tables.blocks.push({ accountId, targetAccountId });
};
const mutes = (targetAccountId: string, expiresAt: number | null) => (tables: AudienceTables) => {
  tables.mutes.push({ accountId: '5', targetAccountId, expiresAt });
};
const blocksDomain = (domain: string) => (tables: AudienceTables) => {
  tables.domainBlocks.push({ accountId: '5', domain });
};
const chooses = (chosenLanguages: string[] | null) => (tables: AudienceTables) => {
  tables.users.push({ id: '15', accountId: '5', chosenLanguages, roleId: null });
};
const closes =
  (...names: string[]) =>
  (tables: AudienceTables) => {
    names.forEach((name) => tables.settings.set(`${name}_feed_access`, disabled));
  };
const hasRole =
  (bits: bigint, everyone = 0n) =>
  (tables: AudienceTables) => {
    tables.users.push({ id: '15', accountId: '5', chosenLanguages: null, roleId: '7' });
    tables.roles.push({ id: '7', permissions: bits }, { id: '-99', permissions: everyone });
  };
const all =
  (...given: ((tables: AudienceTables) => void)[]) =>
  (tables: AudienceTables) => {
    given.forEach((one) => {
      one(tables);
    });
  };

const remote = { account: accountOf('900', 'alice@remote.example') };
const boostOf = (status: JsonObject) => ({ reblog: statusOf({ id: '110000000000000002', ...status }) });
const quoteOf = (status: JsonObject) => ({
  quote: { state: 'accepted', quoted_status: statusOf({ id: '110000000000000002', ...status }) },
});
const fromBob = { account: accountOf('901', 'bob@elsewhere.example') };

const cases: Readonly<Record<string, readonly Case[]>> = {
  visibility: [
    { it: 'lets public out', seenBy: ['5', '6'] },
    ...['unlisted', 'private', 'direct', 'limited', ''].map((visibility) => ({
      it: `keeps "${visibility}" in`,
      status: { visibility },
      seenBy: [],
    })),
    { it: 'keeps an unknown visibility in', status: { visibility: null }, seenBy: [] },
    { it: 'lets a boost of unlisted out', status: boostOf({ visibility: 'unlisted' }), seenBy: ['5', '6'] },
    { it: 'keeps a boost of private in', status: boostOf({ visibility: 'private' }), seenBy: [] },
    { it: 'lets a quote of unlisted out', status: quoteOf({ visibility: 'unlisted' }), seenBy: ['5', '6'] },
    { it: 'keeps a quote of direct in', status: quoteOf({ visibility: 'direct' }), seenBy: [] },
    { it: 'keeps a boost of a quote of private in', status: boostOf(quoteOf({ visibility: 'private' })), seenBy: [] },
  ],
  'feed access': [
    { it: 'is open without settings', closedBy: 'live-feeds', seenBy: ['5', '6'] },
    { it: 'closes local statuses', given: closes('local_live'), seenBy: [] },
    { it: 'closes remote statuses', given: closes('remote_live'), status: remote, seenBy: [] },
    { it: 'leaves remote statuses open', given: closes('local_live'), status: remote, seenBy: ['5', '6'] },
    { it: 'leaves local statuses open', given: closes('remote_live'), seenBy: ['5', '6'] },
    { it: 'does not mix feeds up', given: closes('local_topic', 'remote_topic'), seenBy: ['5', '6'] },
    { it: 'closes local hashtags', given: closes('local_topic'), closedBy: 'topic-feeds', seenBy: [] },
    {
      it: 'closes remote hashtags',
      given: closes('remote_topic'),
      status: remote,
      closedBy: 'topic-feeds',
      seenBy: [],
    },
    {
      it: 'does not concern other streams',
      given: closes('local_live', 'local_topic'),
      closedBy: null,
      seenBy: ['5', '6'],
    },
    { it: 'opens for view_feeds', given: all(closes('local_live'), hasRole(permissions.viewFeeds)), seenBy: ['5'] },
    { it: 'opens for administrators', given: all(closes('local_live'), hasRole(1n)), seenBy: ['5'] },
    {
      it: 'stays closed for other permissions',
      given: all(closes('local_live'), hasRole(~(1n | (1n << 20n)))),
      seenBy: [],
    },
    {
      it: 'opens when everyone may',
      given: all(closes('local_live'), hasRole(0n, permissions.viewFeeds), (tables) => {
        tables.users.push({ id: '16', accountId: '6', chosenLanguages: null, roleId: null });
      }),
      seenBy: ['5', '6'],
    },
  ],
  language: [
    { it: 'shows all to viewers who chose none', given: chooses(null), seenBy: ['5', '6'] },
    { it: 'shows all to viewers who chose the empty list', given: chooses([]), seenBy: ['5', '6'] },
    { it: 'shows what was chosen', given: chooses(['de', 'en']), seenBy: ['5', '6'] },
    { it: 'hides what was not', given: chooses(['de']), seenBy: ['6'] },
    {
      it: 'hides an unknown language from viewers who chose',
      given: chooses(['en']),
      status: { language: null },
      seenBy: ['6'],
    },
    { it: 'takes nonsense for unknown', given: chooses(['en']), status: { language: ['en'] }, seenBy: ['6'] },
  ],
  relationships: [
    { it: 'hide a blocked author', given: blocks('5', '900'), seenBy: ['6'] },
    { it: 'hide from the viewer whom the author blocks', given: blocks('900', '5'), seenBy: ['6'] },
    { it: 'hide a muted author', given: mutes('900', null), seenBy: ['6'] },
    { it: 'hide until a mute expires', given: mutes('900', Date.now() + hour), seenBy: ['6'] },
    { it: 'show when a mute has expired', given: mutes('900', Date.now() - 1), seenBy: ['5', '6'] },
    { it: 'show when others are blocked', given: blocks('5', '901'), seenBy: ['5', '6'] },
    {
      it: 'hide mentions of the blocked',
      given: blocks('5', '901'),
      status: { mentions: [{ id: '901' }] },
      seenBy: ['6'],
    },
    {
      it: 'hide mentions of the muted',
      given: mutes('901', null),
      status: { mentions: [{ id: '901' }] },
      seenBy: ['6'],
    },
    {
      it: 'show a status that mentions an account which blocks the viewer',
      given: blocks('901', '5'),
      status: { mentions: [{ id: '901' }] },
      seenBy: ['5', '6'],
    },
    { it: 'hide a blocked domain', given: blocksDomain('remote.example'), status: remote, seenBy: ['6'] },
    { it: 'show other domains', given: blocksDomain('example'), status: remote, seenBy: ['5', '6'] },
    { it: 'never take local authors for a domain', given: blocksDomain('user900'), seenBy: ['5', '6'] },
    {
      it: 'know domains in any writing',
      given: blocksDomain('xn--mnchen-3ya.example'),
      status: { account: accountOf('900', 'a@München.example') },
      seenBy: ['6'],
    },
    { it: 'hide boosts of the blocked', given: blocks('5', '901'), status: boostOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide boosts of an author who blocks the viewer',
      given: blocks('901', '5'),
      status: boostOf(fromBob),
      seenBy: ['6'],
    },
    { it: 'hide boosts of the muted', given: mutes('901', null), status: boostOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide boosts from a blocked domain',
      given: blocksDomain('elsewhere.example'),
      status: boostOf(fromBob),
      seenBy: ['6'],
    },
    { it: 'hide quotes of the blocked', given: blocks('5', '901'), status: quoteOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide quotes of an author who blocks the viewer',
      given: blocks('901', '5'),
      status: quoteOf(fromBob),
      seenBy: ['6'],
    },
    { it: 'hide quotes of the muted', given: mutes('901', null), status: quoteOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide quotes from a blocked domain',
      given: blocksDomain('elsewhere.example'),
      status: quoteOf(fromBob),
      seenBy: ['6'],
    },
    {
      it: 'hide boosted quotes of the blocked',
      given: blocks('5', '901'),
      status: boostOf(quoteOf(fromBob)),
      seenBy: ['6'],
    },
    {
      it: 'have nothing against a quote that is not shown',
      given: blocks('5', '901'),
      status: { quote: { state: 'deleted', quoted_status: null } },
      seenBy: ['5', '6'],
    },
  ],
  together: [
    {
      it: 'nothing opens what another rule hides',
      given: all(closes('local_live'), hasRole(1n), blocks('5', '900')),
      seenBy: [],
    },
    {
      it: 'a chosen language does not show the blocked',
      given: all(chooses(['en']), blocks('5', '900')),
      seenBy: ['6'],
    },
    {
      it: 'a role does not change languages',
      given: all(hasRole(1n), (tables) => {
        tables.users[1]!.chosenLanguages = ['de'];
      }),
      seenBy: ['6'],
    },
    { it: 'each viewer has rules of their own', given: all(blocks('6', '900'), chooses(['en'])), seenBy: ['5'] },
  ],
};

for (const [rule, table] of Object.entries(cases)) {
  describe(rule, () => {
    it.each(table)('$it', async ({ given, status = {}, closedBy = 'live-feeds', seenBy }) => {
      const harness = new AudienceHarness();
      given?.(harness.tables);
      for (const name of ['update', 'status.update']) {
        const received = await harness.publish(['5', '6'], statusOf(status), { name, closedBy });
        expect(Object.keys(received).filter((id) => received[id] !== undefined)).toEqual(seenBy);
      }
    });
  });
}

describe('events that are no status', () => {
  it.each([
    ['an id', '110000000000000001'],
    ['no payload', undefined],
    ['an empty text', ''],
    ['an empty object', {}],
    ['an empty array', []],
  ])('pass untouched when their payload shows nothing: %s', async (_, payload) => {
    const harness = new AudienceHarness();
    blocks('5', '900')(harness.tables);
    closes('local_live')(harness.tables);
    for (const name of ['delete', 'announcement.delete', 'anything.new']) {
      const pipeline = harness.pipeline(['5', '6']);
      pipeline.publish(name, payload);
      await pipeline.fence();
      const names = ['5', '6'].map((id) => pipeline.selections.map((selection) => selection.for(id)?.name)[0]);
      expect(names).toEqual([name, name]);
    }
  });

  it.each([
    ['a text', 'hello'],
    ['an object', { text: 'hello' }],
    ['an announcement', { id: '1', content: '<p>Maintenance</p>', reactions: [] }],
    ['an array', ['1', '2']],
  ])('pass only when the stream declares that their type carries no status: %s', async (_, payload) => {
    const harness = new AudienceHarness();
    const received = async (eventsWithoutStatus: string[]) =>
      (await harness.publish(['5'], payload, { name: 'news', eventsWithoutStatus }))['5'];
    expect(await received(['news'])).toEqual(payload);
    expect(await received([])).toBeUndefined();
    expect(await received(['other.news'])).toBeUndefined();
    expect(harness.statistics.dropped.undeclared).toBe(2);
  });

  const secret = statusOf({ visibility: 'private', content: '<p>secret</p>' });
  it.each<[string, string, unknown]>([
    ['a notification', 'notification', { id: '1', type: 'mention', account: accountOf('900'), status: secret }],
    ['a conversation', 'conversation', { id: '1', accounts: [], last_status: secret }],
    ['an array', 'update', [secret]],
    ['an array, under another name', 'card', [secret]],
    ['a member of an object', 'card', { status: secret }],
    ['JSON in a string in a string', 'update', JSON.stringify(JSON.stringify(secret))],
    ['JSON in a string in a string, under another name', 'card', JSON.stringify(JSON.stringify(secret))],
    ['JSON behind a byte order mark', 'update', `\uFEFF${JSON.stringify(secret)}`],
    ['JSON behind a byte order mark, under another name', 'card', `\uFEFF${JSON.stringify(secret)}`],
    ['a status whose author is no object', 'card', { ...secret, account: '900' }],
    ['a public status within', 'update', statusOf({ card: { status: secret } })],
    ['a public status within an array', 'update', statusOf({ replies: [{ reblog: secret }] })],
    ['a quote with an author of its own', 'update', statusOf({ quote: { ...statusOf(), quoted_status: secret } })],
    ['a boost as JSON in a string', 'update', statusOf({ reblog: JSON.stringify(secret) })],
    ['a quoted status as JSON in a string', 'update', statusOf({ quote: { quoted_status: JSON.stringify(secret) } })],
    ['a boost without visibility', 'update', statusOf({ reblog: { ...secret, visibility: undefined } })],
    ['two visibilities', 'update', JSON.stringify(statusOf()).replace('{', '{"visibility":"private",')],
    [
      'two visibilities, one in escapes',
      'update',
      JSON.stringify(statusOf()).replace('{', '{"visib\\u0069lity":"private",'),
    ],
    ['two boosts', 'update', JSON.stringify(statusOf()).replace('{', `{"reblog":${JSON.stringify(secret)},`)],
  ])('never let a private status out, whatever contains it: %s', async (_, name, payload) => {
    const harness = new AudienceHarness();
    const declared = { name, eventsWithoutStatus: ['card', 'notification', 'conversation'] };
    for (const options of [{ name }, declared]) {
      expect(await harness.publish(['5'], payload, options)).toEqual({ 5: undefined });
    }
  });

  it('are judged like a status when they are one, whatever they are called', async () => {
    const harness = new AudienceHarness();
    blocks('5', '900')(harness.tables);
    const received = await harness.publish(['5', '6'], statusOf(), { name: 'highlight' });
    expect(Object.keys(received).filter((id) => received[id] !== undefined)).toEqual(['6']);
  });

  it('hide a quote with an author of its own when the viewer blocks the author of the status within', async () => {
    const harness = new AudienceHarness();
    blocks('5', '902')(harness.tables);
    const quoted = statusOf({ id: '3', account: accountOf('902') });
    const status = statusOf({ quote: { ...statusOf({ id: '2', account: accountOf('901') }), quoted_status: quoted } });
    const received = await harness.publish(['5', '6'], status);
    expect(Object.keys(received).filter((id) => received[id] !== undefined)).toEqual(['6']);
  });

  it('leave as they came, although a filter matches the status in them', async () => {
    const harness = new AudienceHarness();
    const received = await harness.publish(['5'], statusOf(), { name: 'highlight' });
    expect(received['5']).toEqual(statusOf());
  });

  it('are only for viewers who may open the feed when both halves of it are closed', async () => {
    const harness = new AudienceHarness();
    all(closes('local_live', 'remote_live'), hasRole(permissions.viewFeeds))(harness.tables);
    const received = await harness.publish(['5', '6'], '110000000000000001', { name: 'delete' });
    expect(received).toEqual({ 5: '110000000000000001', 6: undefined });
  });

  it('ask nothing where no feed is concerned', async () => {
    const harness = new AudienceHarness();
    await harness.publish(['5'], '110000000000000001', { name: 'delete', closedBy: null });
    expect(harness.store.asked).toEqual([]);
  });
});

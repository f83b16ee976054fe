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
  /** The viewers that receive the status. `given` is about account 5; account 6 has no relationships. */
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
    { it: 'shows a public status', seenBy: ['5', '6'] },
    ...['unlisted', 'private', 'direct', 'limited', ''].map((visibility) => ({
      it: `hides a status with visibility "${visibility}"`,
      status: { visibility },
      seenBy: [],
    })),
    { it: 'hides a status without visibility', status: { visibility: null }, seenBy: [] },
    { it: 'shows a boost of an unlisted status', status: boostOf({ visibility: 'unlisted' }), seenBy: ['5', '6'] },
    { it: 'hides a boost of a private status', status: boostOf({ visibility: 'private' }), seenBy: [] },
    { it: 'shows a quote of an unlisted status', status: quoteOf({ visibility: 'unlisted' }), seenBy: ['5', '6'] },
    { it: 'hides a quote of a direct status', status: quoteOf({ visibility: 'direct' }), seenBy: [] },
    {
      it: 'hides a boost of a quote of a private status',
      status: boostOf(quoteOf({ visibility: 'private' })),
      seenBy: [],
    },
  ],
  'feed access': [
    { it: 'shows all statuses without settings', closedBy: 'live-feeds', seenBy: ['5', '6'] },
    { it: 'hides local statuses when the local live feed is disabled', given: closes('local_live'), seenBy: [] },
    {
      it: 'hides remote statuses when the remote live feed is disabled',
      given: closes('remote_live'),
      status: remote,
      seenBy: [],
    },
    {
      it: 'shows remote statuses when only the local live feed is disabled',
      given: closes('local_live'),
      status: remote,
      seenBy: ['5', '6'],
    },
    {
      it: 'shows local statuses when only the remote live feed is disabled',
      given: closes('remote_live'),
      seenBy: ['5', '6'],
    },
    {
      it: 'shows live feeds when topic feeds are disabled',
      given: closes('local_topic', 'remote_topic'),
      seenBy: ['5', '6'],
    },
    {
      it: 'hides local statuses of a hashtag when the local topic feed is disabled',
      given: closes('local_topic'),
      closedBy: 'topic-feeds',
      seenBy: [],
    },
    {
      it: 'hides remote statuses of a hashtag when the remote topic feed is disabled',
      given: closes('remote_topic'),
      status: remote,
      closedBy: 'topic-feeds',
      seenBy: [],
    },
    {
      it: 'shows all statuses of streams that no setting closes',
      given: closes('local_live', 'local_topic'),
      closedBy: null,
      seenBy: ['5', '6'],
    },
    {
      it: 'shows a disabled feed to viewers with view_feeds',
      given: all(closes('local_live'), hasRole(permissions.viewFeeds)),
      seenBy: ['5'],
    },
    { it: 'shows a disabled feed to administrators', given: all(closes('local_live'), hasRole(1n)), seenBy: ['5'] },
    {
      it: 'hides a disabled feed from viewers with all other permissions',
      given: all(closes('local_live'), hasRole(~(1n | (1n << 20n)))),
      seenBy: [],
    },
    {
      it: 'shows a disabled feed to all users when the role "everyone" has view_feeds',
      given: all(closes('local_live'), hasRole(0n, permissions.viewFeeds), (tables) => {
        tables.users.push({ id: '16', accountId: '6', chosenLanguages: null, roleId: null });
      }),
      seenBy: ['5', '6'],
    },
  ],
  language: [
    { it: 'shows all languages to viewers who have chosen none', given: chooses(null), seenBy: ['5', '6'] },
    { it: 'shows all languages to viewers who have chosen the empty list', given: chooses([]), seenBy: ['5', '6'] },
    { it: 'shows a chosen language', given: chooses(['de', 'en']), seenBy: ['5', '6'] },
    { it: 'hides another language', given: chooses(['de']), seenBy: ['6'] },
    {
      it: 'hides a status without language from viewers who have chosen languages',
      given: chooses(['en']),
      status: { language: null },
      seenBy: ['6'],
    },
    {
      it: 'treats a language of another type as absent',
      given: chooses(['en']),
      status: { language: ['en'] },
      seenBy: ['6'],
    },
  ],
  relationships: [
    { it: 'hide a status of a blocked author', given: blocks('5', '900'), seenBy: ['6'] },
    { it: 'hide a status whose author blocks the viewer', given: blocks('900', '5'), seenBy: ['6'] },
    { it: 'hide a status of a muted author', given: mutes('900', null), seenBy: ['6'] },
    {
      it: 'hide a status of a muted author until the mute expires',
      given: mutes('900', Date.now() + hour),
      seenBy: ['6'],
    },
    { it: 'show a status when the mute has expired', given: mutes('900', Date.now() - 1), seenBy: ['5', '6'] },
    { it: 'show a status when the viewer blocks another account', given: blocks('5', '901'), seenBy: ['5', '6'] },
    {
      it: 'hide a status that mentions a blocked account',
      given: blocks('5', '901'),
      status: { mentions: [{ id: '901' }] },
      seenBy: ['6'],
    },
    {
      it: 'hide a status that mentions a muted account',
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
    { it: 'hide a status from a blocked domain', given: blocksDomain('remote.example'), status: remote, seenBy: ['6'] },
    { it: 'show a status from another domain', given: blocksDomain('example'), status: remote, seenBy: ['5', '6'] },
    {
      it: 'show a status of a local author whose name is a blocked domain',
      given: blocksDomain('user900'),
      seenBy: ['5', '6'],
    },
    {
      it: 'hide a status from a blocked domain in Unicode',
      given: blocksDomain('xn--mnchen-3ya.example'),
      status: { account: accountOf('900', 'a@München.example') },
      seenBy: ['6'],
    },
    { it: 'hide a boost of a blocked author', given: blocks('5', '901'), status: boostOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide a boost of an author who blocks the viewer',
      given: blocks('901', '5'),
      status: boostOf(fromBob),
      seenBy: ['6'],
    },
    { it: 'hide a boost of a muted author', given: mutes('901', null), status: boostOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide a boost of a status from a blocked domain',
      given: blocksDomain('elsewhere.example'),
      status: boostOf(fromBob),
      seenBy: ['6'],
    },
    { it: 'hide a quote of a blocked author', given: blocks('5', '901'), status: quoteOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide a quote of an author who blocks the viewer',
      given: blocks('901', '5'),
      status: quoteOf(fromBob),
      seenBy: ['6'],
    },
    { it: 'hide a quote of a muted author', given: mutes('901', null), status: quoteOf(fromBob), seenBy: ['6'] },
    {
      it: 'hide a quote of a status from a blocked domain',
      given: blocksDomain('elsewhere.example'),
      status: quoteOf(fromBob),
      seenBy: ['6'],
    },
    {
      it: 'hide a boost of a quote of a blocked author',
      given: blocks('5', '901'),
      status: boostOf(quoteOf(fromBob)),
      seenBy: ['6'],
    },
    {
      it: 'show a status whose quoted status was deleted',
      given: blocks('5', '901'),
      status: { quote: { state: 'deleted', quoted_status: null } },
      seenBy: ['5', '6'],
    },
  ],
  'several rules': [
    {
      it: 'hide a status of a blocked author from administrators',
      given: all(closes('local_live'), hasRole(1n), blocks('5', '900')),
      seenBy: [],
    },
    {
      it: 'hide a status of a blocked author in a chosen language',
      given: all(chooses(['en']), blocks('5', '900')),
      seenBy: ['6'],
    },
    {
      it: 'hide another language from administrators',
      given: all(hasRole(1n), (tables) => {
        tables.users[1]!.chosenLanguages = ['de'];
      }),
      seenBy: ['6'],
    },
    { it: 'apply to each viewer separately', given: all(blocks('6', '900'), chooses(['en'])), seenBy: ['5'] },
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

describe('events without a status', () => {
  it.each([
    ['an id', '110000000000000001'],
    ['no payload', undefined],
    ['an empty text', ''],
    ['an empty object', {}],
    ['an empty array', []],
  ])('reach all viewers unchanged when their payload cannot contain a status: %s', async (_, payload) => {
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
  ])('reach viewers only if the stream declares their type in eventsWithoutStatus: %s', async (_, payload) => {
    const harness = new AudienceHarness();
    const received = async (eventsWithoutStatus: string[]) =>
      (await harness.publish(['5'], payload, { name: 'news', eventsWithoutStatus }))['5'];
    expect(await received(['news'])).toEqual(payload);
    expect(await received([])).toBeUndefined();
    expect(await received(['other.news'])).toBeUndefined();
    expect(harness.statistics.dropped.undeclared).toBe(2);
  });

  it.each([
    ['a text member that is no JSON', { title: '[1] "new": {draft}' }],
    ['JSON without a status in a member', { data: '{"a":[1]}' }],
    ['a member named status that is a text', { id: '1', status: 'resolved' }],
  ])('reach viewers if the stream declares their type and they contain no status: %s', async (_, payload) => {
    const harness = new AudienceHarness();
    const received = await harness.publish(['5'], payload, { name: 'card', eventsWithoutStatus: ['card'] });
    expect(received['5']).toEqual(payload);
  });

  const mastodonsOwn = ['delete', 'announcement.delete', 'announcement.reaction'];
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
    ['a member without an author', 'card', { status: { content: '<p>secret</p>', visibility: 'private' } }],
    ['an object with a visibility but no author', 'card', { content: '<p>secret</p>', visibility: 'private' }],
    ['a member that is JSON in a string', 'card', { item: JSON.stringify(secret) }],
    ['JSON in a string in a member that is JSON in a string', 'card', { a: JSON.stringify(JSON.stringify([secret])) }],
    ['the last status of a conversation', 'card', { last_status: { text: 'secret' } }],
    ['the status itself in place of the id of a deletion', 'delete', { id: '1', content: 'secret', spoiler_text: '' }],
    ['the text in place of the id of a deletion', 'delete', 'secret'],
    ['an object in a reaction to an announcement', 'announcement.reaction', { name: 'a', last_status: { text: 'x' } }],
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
  ])('are dropped when they contain a private status: %s', async (_, name, payload) => {
    const harness = new AudienceHarness();
    const declared = { name, eventsWithoutStatus: ['card', 'notification', 'conversation', ...mastodonsOwn] };
    for (const options of [{ name }, declared]) {
      expect(await harness.publish(['5'], payload, options)).toEqual({ 5: undefined });
    }
  });

  it('are decided by the rules when their payload is a status, whatever their type', async () => {
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

  it('carry no filter results when their payload is a status of another event type', async () => {
    const harness = new AudienceHarness();
    const received = await harness.publish(['5'], statusOf(), { name: 'highlight' });
    expect(received['5']).toEqual(statusOf());
  });

  it('reach only viewers with view_feeds when both halves of the feed are closed', async () => {
    const harness = new AudienceHarness();
    all(closes('local_live', 'remote_live'), hasRole(permissions.viewFeeds))(harness.tables);
    const received = await harness.publish(['5', '6'], '110000000000000001', { name: 'delete' });
    expect(received).toEqual({ 5: '110000000000000001', 6: undefined });
  });

  it('cause no look-up on a stream that no setting closes', async () => {
    const harness = new AudienceHarness();
    await harness.publish(['5'], '110000000000000001', { name: 'delete', closedBy: null });
    expect(harness.store.asked).toEqual([]);
  });
});

import * as fc from 'fast-check';
import type { JsonObject } from '../status/json.js';
import type { AudienceTables } from './audience-tables.js';
import { accountOf, statusOf } from './status-of.js';

/** The viewers of random tables and events; two of them are authors, too. */
export const listeners = ['5', '6', '7', '8'] as const;

const authors = [
  accountOf('5', 'eve'),
  accountOf('6', 'finn'),
  accountOf('900', 'alice'),
  accountOf('901', 'bob@one.example'),
  accountOf('902', 'cleo@two.example'),
  accountOf('903', 'dora@one.example'),
];
const accountIds = [...listeners, '900', '901', '902', '903'];
const statusIds = ['110000000000000001', '110000000000000002', '110000000000000003'];
const words = [
  'cat',
  'Cat',
  'CATALOGUE',
  'кот',
  'который',
  'été',
  't',
  'straße',
  'STRASSE',
  'ſaß',
  'ΣΟΦΟΣ',
  'σοφος',
  'a&b',
  '猫',
  '👍🏽',
  '<3',
  'c++',
];

const language = fc.constantFrom('en', 'de', null);
const account = fc.constantFrom(...authors);
const phrase = fc.array(fc.constantFrom(...words, ' ', '.', 'x'), { maxLength: 6 }).map((parts) => parts.join(''));
const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const html = fc
  .array(fc.tuple(phrase, fc.constantFrom('', '<br>', '<br />', '</p><p>', '<a href="#">', '</a>', '<b>')), {
    maxLength: 4,
  })
  .map((parts) => `<p>${parts.map(([text, tag]) => escape(text) + tag).join('')}</p>`);

function status(depth: number): fc.Arbitrary<JsonObject> {
  const inner = depth > 0 ? fc.option(status(depth - 1), { freq: 3 }) : fc.constant(null);
  return fc
    .record({
      id: fc.constantFrom(...statusIds),
      visibility: fc.constantFrom('public', 'public', 'public', 'public', 'unlisted', 'private'),
      language,
      account,
      spoiler_text: phrase,
      content: html,
      mentions: fc.array(account, { maxLength: 2 }),
      poll: fc.option(
        fc.record({
          options: fc.array(
            phrase.map((title) => ({ title })),
            { maxLength: 2 },
          ),
        }),
      ),
      media_attachments: fc.array(
        fc.option(phrase).map((description) => ({ description })),
        { maxLength: 2 },
      ),
      reblog: inner,
      quote: fc.option(
        inner.map((quoted) => ({ state: 'accepted', quoted_status: quoted })),
        { freq: 2 },
      ),
      filtered: fc.constantFrom(undefined, undefined, undefined, []),
    })
    .map(({ filtered, ...members }) => statusOf(filtered ? { ...members, filtered } : members));
}

/** Any event of a public stream: whole statuses, and deletions. */
export const anyEvent: fc.Arbitrary<{ readonly name: string; readonly payload: unknown }> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('update', 'status.update'), payload: status(1) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('delete'), payload: fc.constantFrom(...statusIds) }) },
);

const pair = fc.record({ accountId: fc.constantFrom(...accountIds), targetAccountId: fc.constantFrom(...accountIds) });
const expiresAt = fc.constantFrom(null, Date.UTC(2001, 0), Date.UTC(2101, 0));
const setting = fc.constantFrom<string | undefined>(
  undefined,
  '--- public\n',
  '--- disabled\n',
  'disabled',
  '--- "disabled"\n',
);
const permissions = fc.constantFrom(0n, 1n, 1n << 20n, 1n << 3n);

/** Random replacements for some of the tables. */
export const anyTables: fc.Arbitrary<Partial<AudienceTables>> = fc.record(
  {
    users: fc
      .tuple(
        ...listeners.map(() =>
          fc.record({
            languages: fc.constantFrom<string[] | null>(null, [], ['en'], ['de', 'fr']),
            roleId: fc.constantFrom(null, '7', '8'),
          }),
        ),
      )
      .map((rows) =>
        rows.map(({ languages, roleId }, index) => ({
          id: `1${listeners[index] ?? ''}`,
          accountId: listeners[index] ?? '',
          chosenLanguages: languages,
          roleId,
        })),
      ),
    roles: fc
      .tuple(permissions, permissions, fc.constantFrom(0n, 0n, 0n, 1n << 20n))
      .map(([seven, eight, everyone]) => [
        { id: '7', permissions: seven },
        { id: '8', permissions: eight },
        { id: '-99', permissions: everyone },
      ]),
    blocks: fc.array(pair, { maxLength: 3 }),
    mutes: fc.array(
      fc.tuple(pair, expiresAt).map(([row, until]) => ({ ...row, expiresAt: until })),
      { maxLength: 3 },
    ),
    domainBlocks: fc.array(
      fc.record({ accountId: fc.constantFrom(...listeners), domain: fc.constantFrom('one.example', 'two.example') }),
      { maxLength: 2 },
    ),
    settings: fc
      .record({ local_live_feed_access: setting, remote_live_feed_access: setting })
      .map((rows) => new Map(Object.entries(rows).filter((row): row is [string, string] => row[1] !== undefined))),
    filters: fc
      .array(
        fc.record({
          accountId: fc.constantFrom(...listeners),
          title: phrase,
          context: fc.constantFrom(['home'], ['public', 'thread']),
          expiresAt,
          action: fc.constantFrom('warn' as const, 'hide' as const, 'blur' as const),
          keywords: fc.array(fc.record({ keyword: phrase.filter((text) => text !== ''), wholeWord: fc.boolean() }), {
            maxLength: 3,
          }),
          statusIds: fc.array(fc.constantFrom(...statusIds), { maxLength: 1 }),
        }),
        { maxLength: 8 },
      )
      .map((rows) => rows.map((row, index) => ({ id: String(index + 1), ...row }))),
  },
  { requiredKeys: [] },
);

import { expect } from 'vitest';

import { boostBy, statusBy, type Fixtures, type FilterOptions, type Status } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import type { People } from './people.js';
import { quoteBy } from './relationships.cases.js';

const hour = 3_600_000;
const everyone = ['eve', 'finn'] as const;

const content = (html: string) => members({ content: html });
const members =
  (changes: Readonly<Record<string, unknown>>) =>
  ({ alice }: People) =>
    statusBy(alice, changes);
const whole = (...keywords: string[]): FilterOptions => ({ keywords: keywords.map((keyword) => ({ keyword })) });
const part = (...keywords: string[]): FilterOptions => ({
  keywords: keywords.map((keyword) => ({ keyword, wholeWord: false })),
});
const has =
  (...filters: FilterOptions[]) =>
  async (fixtures: Fixtures, { eve }: People) => {
    for (const filter of filters) {
      await fixtures.filter(eve.account, filter);
    }
  };

/** The filter result, in the form of Mastodon's REST API, of a filter with these options. */
export function resultOf(
  { title = 'A filter', context = ['public'], action = 'warn', expiresAt = null }: FilterOptions,
  keywordMatches: readonly string[] | null,
  statusMatches: readonly string[] | null = null,
): unknown {
  return {
    filter: {
      id: expect.stringMatching(/^\d+$/) as string,
      title,
      context,
      expires_at: expiresAt?.toISOString() ?? null,
      filter_action: action,
    },
    keyword_matches: keywordMatches,
    status_matches: statusMatches,
  };
}

/** A case with one filter and the text that it matches; `null` for no match. */
function finds(
  it: string,
  filter: FilterOptions,
  payload: (people: People) => Status,
  match: string | null,
): AudienceCase {
  const filtered = match === null ? [] : [resultOf(filter, [match])];
  return { it, payload, given: has(filter), seenBy: everyone, filtered };
}

const later = new Date(Date.now() + hour);
const cat = content('<p>A cat sat here</p>');

const texts: readonly AudienceCase[] = [
  finds('in the content', whole('cat'), cat, 'cat'),
  finds('in the content warning', whole('cat'), members({ spoiler_text: 'cat!' }), 'cat'),
  finds(
    'in the options of a poll',
    whole('cat'),
    members({ poll: { options: [{ title: 'Dog' }, { title: 'Cat' }] } }),
    'Cat',
  ),
  finds('in descriptions of media', whole('cat'), members({ media_attachments: [{ description: 'a cat' }] }), 'cat'),
  finds('in a boosted status', whole('cat'), (people) => boostBy(people.bob, cat(people)), 'cat'),
  {
    ...finds(
      'in a quoted status for that status alone',
      whole('cat'),
      (people) => quoteBy(people.bob, cat(people)),
      null,
    ),
    quotedFiltered: [resultOf(whole('cat'), ['cat'])],
  },
  finds(
    'not in tag names and URLs',
    whole('cat'),
    members({ tags: [{ name: 'cat' }], url: 'https://cat.example/cat' }),
    null,
  ),
  finds(
    'not in HTML attributes',
    whole('cat'),
    content('<p class="cat">A <a href="https://cat.example/cat">dog</a></p>'),
    null,
  ),
  finds('across HTML tags', whole('cat'), content('<p><b>c</b>a<i>t</i></p>'), 'cat'),
  finds('in text with its entities decoded', whole('a&b <3'), content('<p>a&amp;b &lt;3</p>'), 'a&b <3'),
  finds('in text with its entities decoded once', whole('<i>&amp;'), content('<p>&lt;i&gt;&amp;amp;</p>'), '<i>&amp;'),
  finds('across <br> as a line break', whole('cat\nsat'), content('<p>cat<br />sat</p>'), 'cat\nsat'),
  finds('no word across <br>', whole('catsat'), content('<p>cat<br>sat</p>'), null),
  finds('across paragraphs as an empty line', whole('cat\n\nsat'), content('<p>cat</p><p>sat</p>'), 'cat\n\nsat'),
];

const words: readonly AudienceCase[] = [
  finds('no part of a word as a whole word', whole('cat'), content('<p>catalogue, tomcat</p>'), null),
  finds('a part of a word unless wholeWord', part('cat'), content('<p>A tomcat</p>'), 'cat'),
  finds('a whole word after a partial match', whole('cat'), content('<p>catalogue of a Cat.</p>'), 'Cat'),
  finds('without case, and report the text as written', whole('CaT'), content('<p>cAt</p>'), 'cAt'),
  finds('"кот"', whole('кот'), content('<p>Кот спит</p>'), 'Кот'),
  finds('not "кот" in "который"', whole('кот'), content('<p>который</p>'), null),
  finds('not "t" in "été"', whole('t'), content('<p>été</p>'), null),
  finds('no word before a combining mark', whole('cat'), content('<p>cat\u0301</p>'), null),
  finds('"été"', whole('été'), content('<p>l’été!</p>'), 'été'),
  finds('a kanji in a sentence unless wholeWord', part('猫'), content('<p>黒猫です</p>'), '猫'),
  finds('no word next to an underscore', whole('cat'), content('<p>cat_food</p>'), null),
  finds('no word next to a digit', whole('cat'), content('<p>cat9</p>'), null),
  finds('a keyword that begins with punctuation', whole('#cat'), content('<p>my#cat</p>'), '#cat'),
  finds('a keyword that ends with punctuation', whole('c++'), content('<p>c++11</p>'), 'c++'),
  finds('regular expression characters literally', part('(a|b).*['), content('<p>x(a|b).*[y</p>'), '(a|b).*['),
  finds('a dot as a dot only', part('.'), content('<p>dotless</p>'), null),
  finds('an emoji', whole('👍🏽'), content('<p>ok👍🏽ok</p>'), '👍🏽'),
  finds('the leftmost of several keywords', whole('sat', 'cat'), cat, 'cat'),
  finds('the keyword listed first of two at one position', part('cat sat', 'cat'), cat, 'cat sat'),
];

const kinds: readonly AudienceCase[] = [
  finds('with the action hide', { ...whole('cat'), action: 'hide' }, cat, 'cat'),
  finds('with the action blur', { ...whole('cat'), action: 'blur' }, cat, 'cat'),
  finds('with their title', { ...whole('cat'), title: 'Cats & “dogs”' }, cat, 'cat'),
  finds('in every context', { ...whole('cat'), context: ['home', 'thread'] }, cat, 'cat'),
  finds('until they expire', { ...whole('cat'), expiresAt: later }, cat, 'cat'),
  {
    it: 'not when they have expired',
    payload: cat,
    given: has({ ...whole('cat'), expiresAt: new Date(Date.now() - 1_000) }),
    seenBy: everyone,
  },
  { it: 'not when nothing matches', payload: cat, given: has(whole('dog')), seenBy: everyone },
  { it: 'not when they are empty', payload: cat, given: has({}), seenBy: everyone },
  {
    it: 'each that matches, the oldest first',
    payload: cat,
    given: has(whole('sat'), whole('dog'), { ...whole('cat'), title: 'Another' }),
    seenBy: everyone,
    filtered: [resultOf({}, ['sat']), resultOf({ title: 'Another' }, ['cat'])],
  },
  {
    it: 'not when the publisher has set filtered',
    payload: ({ alice }) => statusBy(alice, { content: '<p>cat</p>', filtered: [{ filter: { id: '1' } }] }),
    given: has(whole('cat')),
    seenBy: everyone,
  },
  {
    it: 'not to viewers from whom the status is hidden',
    payload: cat,
    given: async (fixtures, people) => {
      await has(whole('cat'))(fixtures, people);
      await fixtures.block(people.eve.account, people.alice);
    },
    seenBy: ['finn'],
  },
];

const fixedId = '109999999999999999';

const statuses: readonly AudienceCase[] = [
  {
    it: 'a named status',
    payload: members({ id: fixedId }),
    given: has({ statusIds: [fixedId] }),
    seenBy: everyone,
    filtered: [resultOf({}, null, [fixedId])],
  },
  {
    it: 'a boost of a named status',
    payload: (people) => boostBy(people.bob, statusBy(people.alice, { id: fixedId })),
    given: has({ statusIds: ['1', fixedId] }),
    seenBy: everyone,
    filtered: [resultOf({}, null, [fixedId])],
  },
  {
    it: 'by status and keyword in one result',
    payload: members({ id: fixedId, content: '<p>cat</p>' }),
    given: has({ ...whole('cat'), statusIds: [fixedId], action: 'blur' }),
    seenBy: everyone,
    filtered: [resultOf({ action: 'blur' }, ['cat'], [fixedId])],
  },
  { it: 'no other status', given: has({ statusIds: [fixedId] }), seenBy: everyone },
];

/** Rule 5: keyword and status filters, by topic. */
export const filters: Readonly<Record<string, readonly AudienceCase[]>> = {
  'keywords match': [...texts, ...words],
  'filter results are reported': kinds,
  'status filters match': statuses,
};

import { mentionOf, statusBy } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import { chooseLanguages, domainOf, giveRole, permissions, type People } from './people.js';
import { resultOf } from './filters.cases.js';
import { quoteBy } from './relationships.cases.js';

type Given = NonNullable<AudienceCase['given']>;

/** Bob quotes Alice and mentions Carol, so every rule has a row to look up. */
const payload = ({ alice, bob, carol }: People) => ({
  ...quoteBy(bob, statusBy(alice)),
  mentions: [mentionOf(carol)],
  content: '<p>cat</p>',
});

/** Each row hides the status from Eve. */
const hiding: readonly (readonly [why: string, given: Given])[] = [
  ['blocks the author', (f, { eve, bob }) => f.block(eve.account, bob)],
  ['is blocked by the author', (f, { eve, bob }) => f.block(bob, eve.account)],
  ['mutes the mentioned account', (f, { eve, carol }) => f.mute(eve.account, carol)],
  ['blocks the quoted author', (f, { eve, alice }) => f.block(eve.account, alice)],
  ['blocks the author’s domain', (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob))],
  ['has chosen other languages', (f, { eve }) => chooseLanguages(f, eve, ['de'])],
];

/** Each row has its own effect, but must not reveal a hidden status. */
const showing: readonly (readonly [how: string, given: Given])[] = [
  ['has the role of an administrator', (f, { eve }) => giveRole(f, eve, permissions.administrator)],
  ['filters it', (f, { eve }) => f.filter(eve.account, { keywords: [{ keyword: 'cat' }] })],
  ['has chosen its language and another', (f, { eve }) => chooseLanguages(f, eve, ['en', 'de'])],
  ['muted the author until yesterday', (f, c) => f.mute(c.eve.account, c.bob, new Date(Date.now() - 86_400_000))],
];

const both =
  (one: Given, other: Given): Given =>
  async (...about) => {
    await one(...about);
    await other(...about);
  };

/** Rules in combination: a status that one rule hides stays hidden. */
export const combined: readonly AudienceCase[] = [
  {
    it: 'rows that hide nothing hide nothing together',
    payload,
    given: async (...about) => {
      for (const [, given] of showing) {
        await given(...about);
      }
    },
    seenBy: ['eve', 'finn'],
    filtered: [resultOf({}, ['cat'])],
  },
  ...hiding.map(([why, given]) => ({
    it: `a viewer who ${why} does not see it`,
    payload,
    given,
    seenBy: ['finn'] as const,
  })),
  ...hiding.flatMap(([why, one], index) =>
    [...hiding.slice(index + 1), ...showing]
      // The choices of languages would replace each other.
      .filter(([other]) => !(why.includes('languages') && other.includes('language')))
      .map(([other, two]) => ({
        it: `a viewer who ${why} and ${other} does not see it`,
        payload,
        given: both(one, two),
        seenBy: ['finn'] as const,
      })),
  ),
];

import { boostBy, mentionOf, statusBy, type Account, type Status } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import { chooseLanguages, domainOf, type People } from './people.js';

const hour = 3_600_000;
const everyone = ['eve', 'finn'] as const;
const onlyFinn = ['finn'] as const;

const byBob = ({ bob }: People) => statusBy(bob);
const mentioning = (of: (people: People) => Account) => (people: People) =>
  statusBy(people.alice, { mentions: [mentionOf(people.finn.account), mentionOf(of(people))] });
const mentioningBob = mentioning(({ bob }) => bob);
const boostingBob = ({ alice, bob }: People) => boostBy(alice, statusBy(bob));
const quotingBob = ({ alice, bob }: People) => quoteBy(alice, statusBy(bob));
const boostingQuoteOfBob = (people: People) => boostBy(people.carol, quotingBob(people));

/** A status that quotes another one, as it is published. */
export function quoteBy(author: Account, quoted: Status | null, state = 'accepted'): Status {
  return statusBy(author, { quote: { state, quoted_status: quoted } });
}

/** Rule 1: only public statuses are delivered. */
export const visibility: readonly AudienceCase[] = [
  { it: 'a public status is delivered', seenBy: everyone },
  ...['unlisted', 'private', 'direct', 'limited', '', 'Public'].map((word) => ({
    it: `a status with visibility "${word}" is not`,
    payload: ({ alice }: People) => statusBy(alice, { visibility: word }),
    seenBy: [],
  })),
  {
    it: 'a boost of a private status is not',
    payload: ({ alice, bob }) => boostBy(alice, statusBy(bob, { visibility: 'private' })),
    seenBy: [],
  },
  {
    it: 'a boost of an unlisted status is delivered',
    payload: ({ alice, bob }) => boostBy(alice, statusBy(bob, { visibility: 'unlisted' })),
    seenBy: everyone,
  },
  {
    it: 'a private status is not delivered to its own author',
    payload: ({ eve }) => statusBy(eve.account, { visibility: 'private' }),
    seenBy: [],
  },
];

/** Rule 3: languages that a viewer has chosen. */
export const language: readonly AudienceCase[] = [
  {
    it: 'a viewer without chosen languages sees all',
    given: (f, { eve }) => chooseLanguages(f, eve, null),
    seenBy: everyone,
  },
  { it: 'an empty choice counts as none', given: (f, { eve }) => chooseLanguages(f, eve, []), seenBy: everyone },
  {
    it: 'a chosen language is delivered',
    given: (f, { eve }) => chooseLanguages(f, eve, ['de', 'en']),
    seenBy: everyone,
  },
  { it: 'another language is hidden', given: (f, { eve }) => chooseLanguages(f, eve, ['de', 'fr']), seenBy: onlyFinn },
  {
    it: 'a status without language is hidden from a viewer with chosen languages',
    payload: ({ alice }) => statusBy(alice, { language: null }),
    given: (f, { eve }) => chooseLanguages(f, eve, ['en']),
    seenBy: onlyFinn,
  },
  {
    it: 'a regional variant is a language of its own',
    payload: ({ alice }) => statusBy(alice, { language: 'zh-TW' }),
    given: (f, { eve }) => chooseLanguages(f, eve, ['zh']),
    seenBy: onlyFinn,
  },
];

/** Rule 4: blocks and mutes. */
export const blocksAndMutes: readonly AudienceCase[] = [
  { it: 'a blocked author is hidden', given: (f, { eve, alice }) => f.block(eve.account, alice), seenBy: onlyFinn },
  {
    it: 'an author is hidden from accounts that the author blocks',
    given: (f, c) => f.block(c.alice, c.eve.account),
    seenBy: onlyFinn,
  },
  { it: 'a muted author is hidden', given: (f, { eve, alice }) => f.mute(eve.account, alice), seenBy: onlyFinn },
  {
    it: 'a muted viewer sees the muting author',
    given: (f, { eve, alice }) => f.mute(alice, eve.account),
    seenBy: everyone,
  },
  {
    it: 'a mute counts until it ends',
    given: (f, { eve, alice }) => f.mute(eve.account, alice, new Date(Date.now() + hour)),
    seenBy: onlyFinn,
  },
  {
    it: 'a mute that has ended no longer counts',
    given: (f, { eve, alice }) => f.mute(eve.account, alice, new Date(Date.now() - 1_000)),
    seenBy: everyone,
  },
  {
    it: 'a block beside a mute that has ended counts',
    given: async (f, { eve, alice }) => {
      await f.mute(eve.account, alice, new Date(Date.now() - hour));
      await f.block(eve.account, alice);
    },
    seenBy: onlyFinn,
  },
  {
    it: 'a block of an unrelated account hides nothing',
    given: (f, c) => f.block(c.eve.account, c.carol),
    seenBy: everyone,
  },
  { it: 'blocks between other accounts hide nothing', given: (f, c) => f.block(c.carol, c.alice), seenBy: everyone },
  {
    it: 'a mention of a blocked account is hidden',
    payload: mentioning(({ carol }) => carol),
    given: (f, { eve, carol }) => f.block(eve.account, carol),
    seenBy: onlyFinn,
  },
  {
    it: 'a mention of a muted account is hidden',
    payload: mentioningBob,
    given: (f, { eve, bob }) => f.mute(eve.account, bob),
    seenBy: onlyFinn,
  },
  {
    it: 'a mention of an account that blocks the viewer is delivered',
    payload: mentioning(({ carol }) => carol),
    given: (f, { eve, carol }) => f.block(carol, eve.account),
    seenBy: everyone,
  },
  { it: 'a mention of the viewer is delivered', payload: mentioning(({ eve }) => eve.account), seenBy: everyone },
  { it: 'viewers see their own statuses', payload: ({ eve }) => statusBy(eve.account), seenBy: everyone },
  ...(
    [
      ['a boost', boostingBob],
      ['a quote', quotingBob],
      ['a boost of a quote', boostingQuoteOfBob],
    ] as const
  ).flatMap(([what, payload]): AudienceCase[] => [
    { it: `${what} is delivered`, payload, seenBy: everyone },
    {
      it: `${what} of a blocked author is hidden`,
      payload,
      given: (f, { eve, bob }) => f.block(eve.account, bob),
      seenBy: onlyFinn,
    },
    {
      it: `${what} of an author who blocks the viewer is hidden`,
      payload,
      given: (f, { eve, bob }) => f.block(bob, eve.account),
      seenBy: onlyFinn,
    },
    {
      it: `${what} of a muted author is hidden`,
      payload,
      given: (f, { eve, bob }) => f.mute(eve.account, bob),
      seenBy: onlyFinn,
    },
    {
      it: `${what} from a blocked domain is hidden`,
      payload,
      given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
      seenBy: onlyFinn,
    },
    {
      it: `${what} by a blocked author is hidden`,
      payload,
      given: async (f, { eve, alice, carol }) => {
        await f.block(eve.account, alice);
        await f.block(eve.account, carol);
      },
      seenBy: onlyFinn,
    },
  ]),
  {
    it: 'a quote of a deleted status is delivered',
    payload: ({ alice }) => quoteBy(alice, null, 'deleted'),
    given: (f, { eve, bob }) => f.block(eve.account, bob),
    seenBy: everyone,
  },
];

/** Rule 4: domains that a viewer blocks. */
export const domains: readonly AudienceCase[] = [
  { it: 'a remote status is delivered', payload: byBob, seenBy: everyone },
  {
    it: 'a blocked domain is hidden',
    payload: byBob,
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: onlyFinn,
  },
  {
    it: 'a subdomain of a blocked domain is delivered',
    payload: ({ bob }) => statusBy({ ...bob, acct: `${bob.username}@social.${domainOf(bob)}` }),
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: everyone,
  },
  {
    it: 'domains are compared without case',
    payload: ({ bob }) => statusBy({ ...bob, acct: bob.acct.toUpperCase() }),
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: onlyFinn,
  },
  {
    it: 'a domain in Unicode equals its Punycode form',
    payload: ({ bob }) => statusBy({ ...bob, acct: 'bob@münchen.example' }),
    given: (f, { eve }) => f.blockDomain(eve.account, 'xn--mnchen-3ya.example'),
    seenBy: onlyFinn,
  },
  {
    it: 'local accounts have no domain',
    given: (f, { eve, alice }) => f.blockDomain(eve.account, alice.username),
    seenBy: everyone,
  },
  {
    it: 'a mention of an account on a blocked domain is delivered',
    payload: mentioningBob,
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: everyone,
  },
];

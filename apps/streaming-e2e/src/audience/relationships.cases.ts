import { boostBy, mentionOf, statusBy, type Account, type Status } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import { chooseLanguages, domainOf, type People } from './people.js';

const hour = 3_600_000;
const everybody = ['eve', 'finn'] as const;
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

/** Rule 1: only public statuses travel. */
export const visibility: readonly AudienceCase[] = [
  { it: 'public is seen', seenBy: everybody },
  ...['unlisted', 'private', 'direct', 'limited', '', 'Public'].map((word) => ({
    it: `"${word}" is not`,
    payload: ({ alice }: People) => statusBy(alice, { visibility: word }),
    seenBy: [],
  })),
  {
    it: 'a boost of something private is not',
    payload: ({ alice, bob }) => boostBy(alice, statusBy(bob, { visibility: 'private' })),
    seenBy: [],
  },
  {
    it: 'a boost of something unlisted is seen',
    payload: ({ alice, bob }) => boostBy(alice, statusBy(bob, { visibility: 'unlisted' })),
    seenBy: everybody,
  },
  {
    it: 'not even by its author is something private seen here',
    payload: ({ eve }) => statusBy(eve.account, { visibility: 'private' }),
    seenBy: [],
  },
];

/** Rule 3: languages that a viewer has chosen. */
export const language: readonly AudienceCase[] = [
  { it: 'who has chosen none sees all', given: (f, { eve }) => chooseLanguages(f, eve, null), seenBy: everybody },
  { it: 'an empty choice is none', given: (f, { eve }) => chooseLanguages(f, eve, []), seenBy: everybody },
  { it: 'what was chosen is seen', given: (f, { eve }) => chooseLanguages(f, eve, ['de', 'en']), seenBy: everybody },
  { it: 'what was not is hidden', given: (f, { eve }) => chooseLanguages(f, eve, ['de', 'fr']), seenBy: onlyFinn },
  {
    it: 'an unknown language is hidden from who has chosen',
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
  { it: 'a blocked author is not seen', given: (f, { eve, alice }) => f.block(eve.account, alice), seenBy: onlyFinn },
  { it: 'an author is hidden from the blocked', given: (f, c) => f.block(c.alice, c.eve.account), seenBy: onlyFinn },
  { it: 'a muted author is not seen', given: (f, { eve, alice }) => f.mute(eve.account, alice), seenBy: onlyFinn },
  { it: 'who is muted sees the muter', given: (f, { eve, alice }) => f.mute(alice, eve.account), seenBy: everybody },
  {
    it: 'a mute counts until it ends',
    given: (f, { eve, alice }) => f.mute(eve.account, alice, new Date(Date.now() + hour)),
    seenBy: onlyFinn,
  },
  {
    it: 'a mute that has ended no longer counts',
    given: (f, { eve, alice }) => f.mute(eve.account, alice, new Date(Date.now() - 1_000)),
    seenBy: everybody,
  },
  {
    it: 'a block beside a mute that has ended counts',
    given: async (f, { eve, alice }) => {
      await f.mute(eve.account, alice, new Date(Date.now() - hour));
      await f.block(eve.account, alice);
    },
    seenBy: onlyFinn,
  },
  { it: 'a block of somebody else is no matter', given: (f, c) => f.block(c.eve.account, c.carol), seenBy: everybody },
  { it: 'other people’s blocks are no matter', given: (f, c) => f.block(c.carol, c.alice), seenBy: everybody },
  {
    it: 'a mention of the blocked is not seen',
    payload: mentioning(({ carol }) => carol),
    given: (f, { eve, carol }) => f.block(eve.account, carol),
    seenBy: onlyFinn,
  },
  {
    it: 'a mention of the muted is not seen',
    payload: mentioningBob,
    given: (f, { eve, bob }) => f.mute(eve.account, bob),
    seenBy: onlyFinn,
  },
  {
    it: 'a mention of who blocks the viewer is seen',
    payload: mentioning(({ carol }) => carol),
    given: (f, { eve, carol }) => f.block(carol, eve.account),
    seenBy: everybody,
  },
  { it: 'being mentioned changes nothing', payload: mentioning(({ eve }) => eve.account), seenBy: everybody },
  { it: 'viewers see what they write themselves', payload: ({ eve }) => statusBy(eve.account), seenBy: everybody },
  ...(
    [
      ['a boost', boostingBob],
      ['a quote', quotingBob],
      ['a boost of a quote', boostingQuoteOfBob],
    ] as const
  ).flatMap(([what, payload]): AudienceCase[] => [
    { it: `${what} is seen`, payload, seenBy: everybody },
    {
      it: `${what} of the blocked is not seen`,
      payload,
      given: (f, { eve, bob }) => f.block(eve.account, bob),
      seenBy: onlyFinn,
    },
    {
      it: `${what} of who blocks the viewer is not seen`,
      payload,
      given: (f, { eve, bob }) => f.block(bob, eve.account),
      seenBy: onlyFinn,
    },
    {
      it: `${what} of the muted is not seen`,
      payload,
      given: (f, { eve, bob }) => f.mute(eve.account, bob),
      seenBy: onlyFinn,
    },
    {
      it: `${what} from a blocked domain is not seen`,
      payload,
      given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
      seenBy: onlyFinn,
    },
    {
      it: `${what} by the blocked is not seen`,
      payload,
      given: async (f, { eve, alice, carol }) => {
        await f.block(eve.account, alice);
        await f.block(eve.account, carol);
      },
      seenBy: onlyFinn,
    },
  ]),
  {
    it: 'a quote of something that is gone is seen',
    payload: ({ alice }) => quoteBy(alice, null, 'deleted'),
    given: (f, { eve, bob }) => f.block(eve.account, bob),
    seenBy: everybody,
  },
];

/** Rule 4: domains that a viewer blocks. */
export const domains: readonly AudienceCase[] = [
  { it: 'other servers are seen', payload: byBob, seenBy: everybody },
  {
    it: 'a blocked domain is not',
    payload: byBob,
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: onlyFinn,
  },
  {
    it: 'its subdomains are',
    payload: ({ bob }) => statusBy({ ...bob, acct: `${bob.username}@social.${domainOf(bob)}` }),
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: everybody,
  },
  {
    it: 'a domain is the same in capitals',
    payload: ({ bob }) => statusBy({ ...bob, acct: bob.acct.toUpperCase() }),
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: onlyFinn,
  },
  {
    it: 'a domain is the same in letters of its language',
    payload: ({ bob }) => statusBy({ ...bob, acct: 'bob@münchen.example' }),
    given: (f, { eve }) => f.blockDomain(eve.account, 'xn--mnchen-3ya.example'),
    seenBy: onlyFinn,
  },
  {
    it: 'local people belong to no domain',
    given: (f, { eve, alice }) => f.blockDomain(eve.account, alice.username),
    seenBy: everybody,
  },
  {
    it: 'a mention of somebody from a blocked domain is seen',
    payload: mentioningBob,
    given: (f, { eve, bob }) => f.blockDomain(eve.account, domainOf(bob)),
    seenBy: everybody,
  },
];

import { statusBy } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import type { People } from './people.js';

const everyone = ['eve', 'finn'] as const;
const changed =
  (changes: Readonly<Record<string, unknown>>) =>
  ({ alice }: People) =>
    statusBy(alice, changes);
const without = (member: string) => changed({ [member]: undefined });

/** Decided by the members that are usable: visible without a block, hidden with one. */
const decidedByTheRest = (it: string, payload: (people: People) => unknown): AudienceCase[] => [
  { it: `${it}: visible without a block`, payload, seenBy: everyone },
  {
    it: `${it}: hidden by a block`,
    payload,
    given: (f, { eve, alice }) => f.block(eve.account, alice),
    seenBy: ['finn'],
  },
];

/** The server cannot decide, so it drops the status. */
const dropped = (it: string, payload: (people: People) => unknown): AudienceCase => ({ it, payload, seenBy: [] });

/** Incomplete statuses: decided by the members they have, dropped when author or visibility is unknown. */
export const incomplete: readonly AudienceCase[] = [
  dropped('a word', () => 'nonsense'),
  dropped('an id', () => '110000000000000001'),
  dropped('a number', () => 7),
  dropped('true', () => true),
  dropped('an array', ({ alice }) => [statusBy(alice)]),
  dropped('an empty object', () => ({})),
  dropped('no account', without('account')),
  dropped('an account of null', changed({ account: null })),
  dropped('an account that is a text', changed({ account: 'alice' })),
  dropped('an account without id', ({ alice: { acct } }) => ({ ...statusBy(emptyAccount), account: { acct } })),
  dropped('an account without acct', ({ alice: { id } }) => ({ ...statusBy(emptyAccount), account: { id } })),
  dropped('an acct of null', ({ alice: { id } }) => ({ ...statusBy(emptyAccount), account: { id, acct: null } })),
  dropped('an id that is not a number', ({ alice }) => statusBy({ ...alice, id: '1; DROP TABLE blocks' })),
  dropped('no visibility', without('visibility')),
  dropped('a visibility of null', changed({ visibility: null })),
  dropped('a boost of a status without account', ({ alice }) => ({
    ...statusBy(alice),
    reblog: { id: '1', visibility: 'public' },
  })),
  ...decidedByTheRest('no mentions', without('mentions')),
  ...decidedByTheRest('mentions of null', changed({ mentions: null })),
  ...decidedByTheRest('mentions that hold null', changed({ mentions: [null, { id: null }, 'carol'] })),
  ...decidedByTheRest('mentions that are a text', changed({ mentions: 'carol' })),
  ...decidedByTheRest('no media', without('media_attachments')),
  ...decidedByTheRest('media that hold null', changed({ media_attachments: [null, { description: 5 }] })),
  ...decidedByTheRest('a poll option of null', changed({ poll: { options: [null, { title: null }] } })),
  ...decidedByTheRest('a poll that is a text', changed({ poll: 'yes' })),
  ...decidedByTheRest('no content', without('content')),
  ...decidedByTheRest('a content of null', changed({ content: null, spoiler_text: null })),
  ...decidedByTheRest('a language that is an object', changed({ language: { en: 1 } })),
  ...decidedByTheRest('no id', without('id')),
  dropped('a quote that is a text', changed({ quote: 'q' })),
  ...decidedByTheRest('a status encoded as a string, as older publishers send it', ({ alice }) =>
    JSON.stringify(statusBy(alice)),
  ),
];

const emptyAccount = { id: '1', username: 'nobody', domain: undefined, acct: 'nobody' };

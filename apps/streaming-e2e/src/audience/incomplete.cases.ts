import { statusBy } from '../support/index.js';
import type { AudienceCase } from './audience-case.js';
import type { People } from './people.js';

const everybody = ['eve', 'finn'] as const;
const changed =
  (changes: Readonly<Record<string, unknown>>) =>
  ({ alice }: People) =>
    statusBy(alice, changes);
const without = (member: string) => changed({ [member]: undefined });

/** Hidden from Eve for what can still be known of it. */
const judgedByTheRest = (it: string, payload: (people: People) => unknown): AudienceCase[] => [
  { it: `${it}: seen`, payload, seenBy: everybody },
  { it: `${it}: hidden`, payload, given: (f, { eve, alice }) => f.block(eve.account, alice), seenBy: ['finn'] },
];

/** Nobody can decide about it. */
const dropped = (it: string, payload: (people: People) => unknown): AudienceCase => ({ it, payload, seenBy: [] });

/** Statuses that are not whole: judged by what they have, dropped where author or visibility cannot be known. */
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
  dropped('an id that is none', ({ alice }) => statusBy({ ...alice, id: '1; DROP TABLE blocks' })),
  dropped('no visibility', without('visibility')),
  dropped('a visibility of null', changed({ visibility: null })),
  dropped('a boost of nobody’s', ({ alice }) => ({ ...statusBy(alice), reblog: { id: '1', visibility: 'public' } })),
  ...judgedByTheRest('no mentions', without('mentions')),
  ...judgedByTheRest('mentions of null', changed({ mentions: null })),
  ...judgedByTheRest('mentions that hold null', changed({ mentions: [null, { id: null }, 'carol'] })),
  ...judgedByTheRest('mentions that are a text', changed({ mentions: 'carol' })),
  ...judgedByTheRest('no media', without('media_attachments')),
  ...judgedByTheRest('media that hold null', changed({ media_attachments: [null, { description: 5 }] })),
  ...judgedByTheRest('a poll option of null', changed({ poll: { options: [null, { title: null }] } })),
  ...judgedByTheRest('a poll that is a text', changed({ poll: 'yes' })),
  ...judgedByTheRest('no content', without('content')),
  ...judgedByTheRest('a content of null', changed({ content: null, spoiler_text: null })),
  ...judgedByTheRest('a language that is none', changed({ language: { en: 1 } })),
  ...judgedByTheRest('no id', without('id')),
  ...judgedByTheRest('a quote that is a text', changed({ quote: 'q' })),
  ...judgedByTheRest('a status as a text, as older publishers send it', ({ alice }) => JSON.stringify(statusBy(alice))),
];

const emptyAccount = { id: '1', username: 'nobody', domain: undefined, acct: 'nobody' };

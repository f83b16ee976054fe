import * as fc from 'fast-check';

import { mentionOf, newId, statusBy, type Account, type Status } from '../support/index.js';

/** Words that contain each other, differ in case, or are not ASCII. */
export const words = [
  'cat',
  'Cat',
  'catalogue',
  'кот',
  'который',
  'été',
  't',
  'a&b',
  '<3',
  'c++',
  '猫',
  '_cat',
  '9cat',
];

/** Status ids that filters name. Several statuses may share one. */
export const namedIds = ['109000000000000001', '109000000000000002', '109000000000000003'];

/** An event of a public stream. */
export interface Post {
  readonly event: 'update' | 'status.update' | 'delete';
  readonly payload: unknown;
}

const text = fc.array(fc.constantFrom(...words, ' ', ' ', '.'), { maxLength: 5 }).map((parts) => parts.join(''));
const tag = fc.constantFrom('', '', '<br>', '</p><p>', '<a href="https://cat.example/">', '</a>', '<b>');
const html = fc
  .array(fc.tuple(text, tag), { maxLength: 4 })
  .map((parts) => parts.map(([plain, after]) => escaped(plain) + after))
  .map((parts) => `<p>${parts.join('')}</p>`);
const visibility = fc.constantFrom('public', 'public', 'public', 'public', 'public', 'unlisted', 'private');

/** Random statuses by and about these accounts, and deletes. */
export function anyPost(people: readonly Account[]): fc.Arbitrary<Post> {
  const event = fc.constantFrom('update' as const, 'status.update' as const);
  const status = fc.record({ event, payload: anyStatus(people, 2) });
  const deletion = fc.record({ event: fc.constant('delete' as const), payload: fc.constantFrom(...namedIds) });
  return fc.oneof({ weight: 5, arbitrary: status }, { weight: 1, arbitrary: deletion });
}

function anyStatus(people: readonly Account[], depth: number): fc.Arbitrary<Status> {
  const person = fc.constantFrom(...people);
  const another = depth > 0 ? fc.option(anyStatus(people, depth - 1), { freq: 2 }) : fc.constant(null);
  return fc
    .record({
      author: person,
      id: fc.option(fc.constantFrom(...namedIds)),
      visibility,
      language: fc.constantFrom('en', 'en', 'de', null),
      spoiler_text: text,
      content: html,
      mentions: fc.array(person.map(mentionOf), { maxLength: 2 }),
      poll: fc.option(
        fc.array(text, { maxLength: 2 }).map((titles) => ({ options: titles.map((title) => ({ title })) })),
      ),
      media_attachments: fc.array(fc.record({ description: fc.option(text) }), { maxLength: 2 }),
      reblog: another,
      quoted: another,
    })
    .map(({ author, id, quoted, ...members }) =>
      statusBy(author, { ...members, id: id ?? newId(), quote: { state: 'accepted', quoted_status: quoted } }),
    );
}

function escaped(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

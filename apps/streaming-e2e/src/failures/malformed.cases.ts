import type { Account } from '../support/index.js';
import { statusBy } from '../support/index.js';

/** A payload of `update` on a public stream, and whether its members suffice to deliver it. */
export interface PayloadCase {
  readonly name: string;
  readonly payload: unknown;
  readonly delivered: boolean;
}

/** Complete statuses, and every way to be incomplete. */
export function payloadCases(author: Account): readonly PayloadCase[] {
  const account = statusBy(author).account;
  const variants: readonly (readonly [name: string, delivered: boolean, members: Record<string, unknown>])[] = [
    ['a complete status', true, {}],
    ['no account', false, { account: undefined }],
    ['an account of null', false, { account: null }],
    ['an account that is a string', false, { account: author.id }],
    ['an account that is an array', false, { account: [account] }],
    ['an account without id', false, { account: { ...account, id: undefined } }],
    ['an account whose id is not a number', false, { account: { ...account, id: 'me' } }],
    ['an account whose id is beyond 2^63', false, { account: { ...account, id: '9223372036854775808' } }],
    ['an account whose id would be SQL', false, { account: { ...account, id: "1'; DROP TABLE blocks; --" } }],
    ['an acct of null', false, { account: { ...account, acct: null } }],
    ['no acct', false, { account: { ...account, acct: undefined } }],
    ['an acct with NUL', false, { account: { ...account, acct: 'a@b\0c' } }],
    ['an acct of many @', true, { account: { ...account, acct: '@@a@b@@' } }],
    ['no username', true, { account: { ...account, username: undefined } }],
    ['no visibility', false, { visibility: undefined }],
    ['a visibility of null', false, { visibility: null }],
    ['a visibility that is an object', false, { visibility: { public: true } }],
    ['mentions absent', true, { mentions: undefined }],
    ['mentions of null', true, { mentions: null }],
    ['mentions that hold null', true, { mentions: [null] }],
    ['mentions that are an object', true, { mentions: { id: '1' } }],
    ['mentions that are a string', true, { mentions: 'all' }],
    ['a mention without id', true, { mentions: [{}, [], 'x', 7, { id: null }, { id: {} }] }],
    ['a mention whose id is a number', true, { mentions: [{ id: 7 }] }],
    ['a mention whose id has 400 digits', true, { mentions: [{ id: '9'.repeat(400) }] }],
    ['ten thousand mentions', true, { mentions: Array.from({ length: 10_000 }, (_, id) => ({ id: String(id) })) }],
    ['no media_attachments', true, { media_attachments: undefined }],
    ['media_attachments of null', true, { media_attachments: null }],
    [
      'media that are not objects',
      true,
      { media_attachments: [null, 7, 'x', { description: 7 }, { description: null }] },
    ],
    ['a poll option of null', true, { poll: { options: [null] } }],
    ['poll options of null', true, { poll: { options: null } }],
    ['a poll that is a string', true, { poll: 'yes' }],
    ['content absent', true, { content: undefined }],
    ['content of null', true, { content: null }],
    ['content that is a number', true, { content: 7 }],
    ['content of tags that never end', true, { content: '<'.repeat(20_000) + '&'.repeat(20_000) }],
    ['content of lone surrogates and NUL', true, { content: '\ud800\0\udfff' }],
    ['spoiler_text of null', true, { spoiler_text: null }],
    ['a language of null', true, { language: null }],
    ['a language that is an object', true, { language: {} }],
    ['a language with NUL', true, { language: 'e\0n' }],
    ['an id of null', true, { id: null }],
    ['a boost of a string', false, { reblog: 'that one' }],
    ['a boost without author', false, { reblog: { id: '1' } }],
    [
      'a boost of a boost of a boost',
      true,
      { reblog: statusBy(author, { reblog: statusBy(author, { reblog: statusBy(author) }) }) },
    ],
    ['a quote without a status', true, { quote: { state: 'pending', quoted_status: null } }],
    ['a quote that is a string', false, { quote: 'that one' }],
    ['a quote without author', false, { quote: { state: 'accepted', quoted_status: {} } }],
    ['filtered, already there', true, { filtered: [] }],
    ['filtered, of null', true, { filtered: null }],
    ['a member named __proto__', true, JSON.parse('{"__proto__":{"visibility":"public"}}') as Record<string, unknown>],
    ['a member named toString', true, { toString: null, constructor: null, hasOwnProperty: 1 }],
  ];
  const whole = statusBy(author);
  return [
    ...variants.map(([name, delivered, members]) => ({ name, delivered, payload: statusBy(author, members) })),
    { name: 'a string', payload: 'hello', delivered: false },
    { name: 'a string of a whole status', payload: JSON.stringify(whole), delivered: true },
    { name: 'a string of half a status', payload: JSON.stringify(whole).slice(0, -9), delivered: false },
    { name: 'a string of a string of a status', payload: JSON.stringify(JSON.stringify(whole)), delivered: false },
    { name: 'an empty string', payload: '', delivered: false },
    { name: 'a number', payload: 7, delivered: false },
    { name: 'true', payload: true, delivered: false },
    { name: 'null', payload: null, delivered: false },
    { name: 'nothing', payload: undefined, delivered: false },
    { name: 'an empty object', payload: {}, delivered: false },
    { name: 'an array', payload: [whole], delivered: false },
  ];
}

import punycode from 'punycode.js';
import { describe, expect, it, vi } from 'vitest';
import { readId } from './read-id.js';
import { StreamEvent } from '@fedistream/domain';
import { readStatus, type Status } from './status.js';
import { accountOf, statusOf } from '../testing/index.js';

/** Reads a payload as it is published: as JSON. */
function read(payload: unknown): Status | undefined {
  return readStatus(StreamEvent.of('update', payload));
}

describe('readId', () => {
  it.each(['0', '5', '110000000000000001', '9223372036854775807', 5])(
    'accepts a decimal number without sign or leading zero: %j',
    (id) => {
      expect(readId(id)).toBe(String(id));
    },
  );

  it.each(['', ' 5', '05', '+5', '-5', '1.5', '1e3', '5n', '٥', '9223372036854775808', '99999999999999999999'])(
    'refuses a text that PostgreSQL refuses or normalises as bigint: %j',
    (id) => {
      expect(readId(id)).toBeUndefined();
    },
  );

  it.each([null, undefined, {}, [], true, -5, 1.5, 2 ** 53, NaN])('refuses any other value: %j', (id) => {
    expect(readId(id)).toBeUndefined();
  });
});

describe('readStatus', () => {
  it.each([
    ['a string', 'hello'],
    ['a number', 42],
    ['null', null],
    ['absent', undefined],
    ['an array', [statusOf()]],
    ['an empty object', {}],
    ['a status without account', statusOf({ account: undefined })],
    ['a status whose account is null', statusOf({ account: null })],
    ['a status whose account is a string', statusOf({ account: '900' })],
    ['by an author without id', statusOf({ account: { username: 'a', acct: 'a' } })],
    ['by an author with a strange id', statusOf({ account: { ...accountOf('900'), id: 'nine hundred' } })],
    ['by an author with a rounded id', statusOf({ account: { ...accountOf('900'), id: 1.1e17 } })],
    ['by an author without acct', statusOf({ account: { id: '900', username: 'a', acct: null } })],
    ['by an author whose acct the database refuses', statusOf({ account: accountOf('900', 'a@b\0.example') })],
    ['by an author whose acct is very long', statusOf({ account: accountOf('900', `${'a'.repeat(5_000)}@b.example`) })],
    ['by an author whose domain is very long', statusOf({ account: accountOf('900', `a@${'ü'.repeat(20_000)}`) })],
    ['without visibility', statusOf({ visibility: undefined })],
    ['with visibility null', statusOf({ visibility: null })],
    ['that boosts a status without author', statusOf({ reblog: { id: '1', visibility: 'public' } })],
    ['that quotes a status without author', statusOf({ quote: { state: 'accepted', quoted_status: {} } })],
    ['that mentions a rounded id', statusOf({ mentions: [{ id: 1.1e17 }] })],
    ['that boosts an array', statusOf({ reblog: [statusOf()] })],
    ['that quotes an array', statusOf({ quote: [statusOf()] })],
    ['whose quote holds an array', statusOf({ quote: { state: 'accepted', quoted_status: [statusOf()] } })],
  ])('returns undefined for a payload that is %s', (_, payload) => {
    expect(read(payload)).toBeUndefined();
  });

  it.each([
    ['mentions absent', { mentions: undefined }],
    ['mentions null', { mentions: null }],
    ['mentions that hold null', { mentions: [null, 'x', 7, {}, { id: null }, { id: 'x' }] }],
    ['mentions that are an object', { mentions: { id: '901' } }],
    ['no media', { media_attachments: undefined }],
    ['a poll of null options', { poll: { options: [null] } }],
    ['a poll without options', { poll: {} }],
    ['a boost that is a string', { reblog: '110000000000000002' }],
    ['a quote that is a string', { quote: '110000000000000002' }],
    ['a quote without status', { quote: { state: 'revoked', quoted_status: null } }],
    ['a shallow quote', { quote: { state: 'accepted', quoted_status_id: '110000000000000002' } }],
    ['a language of another kind', { language: 7 }],
    ['a language that the database refuses', { language: 'en\0' }],
    ['no id', { id: undefined }],
    ['a content of another kind', { content: 7, spoiler_text: {} }],
  ])('reads the other members of a status with %s', (_, changes) => {
    expect(read(statusOf(changes))).toMatchObject({ authorIds: ['900'], accountIds: ['900'], domains: [] });
  });

  it.each([null, 7, ['en'], 'en\0', 'x'.repeat(1_000)])('reads the language %j as absent', (language) => {
    expect(read(statusOf({ language }))?.language).toBeNull();
  });

  it('collects the authors of the status and of those within it, and the mentioned accounts, each once', () => {
    const status = read(
      statusOf({
        account: accountOf('900', 'alice@One.Example'),
        mentions: [{ id: '901' }, { id: '900' }, { id: 902 }],
        reblog: statusOf({
          account: accountOf('903', 'bob@two.example'),
          quote: { quoted_status: statusOf({ account: accountOf('904', 'cleo@one.example') }) },
        }),
      }),
    );
    expect(status?.authorIds).toEqual(['900', '903', '904']);
    expect(status?.accountIds).toEqual(['900', '903', '904', '901', '902']);
    expect(status?.domains).toEqual(['one.example', 'two.example']);
  });

  it('reads a quoted status in place of the Quote', () => {
    const status = read(statusOf({ quote: statusOf({ account: accountOf('901'), visibility: 'private' }) }));
    expect(status).toMatchObject({ authorIds: ['900', '901'], nestedVisibilities: ['private'] });
  });

  it('returns the domain in Unicode and in ASCII', () => {
    const status = read(statusOf({ account: accountOf('900', 'a@Bücher.example') }));
    expect(status?.domains).toEqual(['bücher.example', 'xn--bcher-kva.example']);
  });

  it.each([
    ['a family of emoji', '👨‍👩‍👧.example', 'xn--1uga80807abag.example'],
    ['a heart in red', 'i❤️.ws', 'xn--i-7iqv272g.ws'],
    ['a key', '1️⃣.example', 'xn--1-2sn3401h.example'],
    ['a port', 'bücher.example:3000', 'xn--bcher-kva.example:3000'],
  ])('returns the ASCII form of a domain that IDNA refuses: %s', (_, published, stored) => {
    expect(read(statusOf({ account: accountOf('900', `a@${published}`) }))?.domains).toContain(stored);
  });

  it('does not read an author with a very long domain, whose Punycode would take seconds', () => {
    const encode = vi.spyOn(punycode, 'toASCII');
    // Different letters: Punycode takes quadratic time for these.
    const letters = String.fromCodePoint(...Array.from({ length: 20_000 }, (_, index) => 0x4e00 + index));
    const author = `a@${letters}.example`;
    expect(read(statusOf({ account: accountOf('900', author) }))).toBeUndefined();
    expect(read(statusOf({ account: accountOf('900', `a@${'ü'.repeat(300)}.example`) }))).toBeUndefined();
    expect(encode).not.toHaveBeenCalled();
    encode.mockRestore();
  });

  it('returns undefined for statuses nested deeper than eight levels', () => {
    let nested = statusOf();
    for (let depth = 0; depth < 20; depth++) {
      nested = statusOf({ quote: { state: 'accepted', quoted_status: nested } });
    }
    expect(read(nested)).toBeUndefined();
  });
});

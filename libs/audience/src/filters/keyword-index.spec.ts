import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeywordIndex } from './keyword-index.js';

interface Case {
  readonly keyword: string;
  readonly text: string;
  readonly whole?: string | null;
  readonly part?: string | null;
}

function find(keyword: string, wholeWord: boolean, text: string): string | null {
  const index = new KeywordIndex();
  const held = index.hold({ keyword, wholeWord });
  return index.search(text).get(held)?.text ?? null;
}

describe('a keyword', () => {
  it.each<Case>([
    { keyword: 'cat', text: 'A cat.', whole: 'cat', part: 'cat' },
    { keyword: 'cat', text: 'CAT', whole: 'CAT', part: 'CAT' },
    { keyword: 'cat', text: 'concatenate', whole: null, part: 'cat' },
    { keyword: 'cat', text: 'concatenate the Cat', whole: 'Cat', part: 'cat' },
    { keyword: 'кот', text: 'который', whole: null, part: 'кот' },
    { keyword: 'кот', text: 'Это КОТ!', whole: 'КОТ', part: 'КОТ' },
    { keyword: 't', text: 'été', whole: null, part: 't' },
    { keyword: 'cafe', text: 'cafe\u0301', whole: null, part: 'cafe' },
    { keyword: 'काम', text: 'कामना', whole: null, part: 'काम' },
    { keyword: '猫', text: '黒猫が', whole: null, part: '猫' },
    { keyword: 'C++', text: 'I like c++ and C++20', whole: 'c++', part: 'c++' },
    { keyword: 'c++', text: 'abc++', whole: null, part: 'c++' },
    { keyword: '#cats', text: 'my#cats', whole: '#cats', part: '#cats' },
    { keyword: '#cats', text: '#catsofmastodon', whole: null, part: '#cats' },
    { keyword: '👍', text: 'x👍🏽y', whole: '👍', part: '👍' },
    { keyword: 'a b', text: 'A\u00a0B a b', whole: 'a b', part: 'a b' },
    { keyword: 'snake', text: 'snake_case', whole: null, part: 'snake' },
    { keyword: 'v2', text: 'v20 v2', whole: 'v2', part: 'v2' },
    { keyword: 'σοφος', text: 'ΣΟΦΟΣ', whole: 'ΣΟΦΟΣ', part: 'ΣΟΦΟΣ' },
    { keyword: 'ΣΟΦΟΣ', text: 'σοφός σοφος', whole: 'σοφος', part: 'σοφος' },
    { keyword: 'strasse', text: 'Straße', whole: null, part: null },
    { keyword: 'GROẞ', text: 'groß', whole: 'groß', part: 'groß' },
    { keyword: 'İ', text: 'i', whole: null, part: null },
    { keyword: 'kelvin', text: '\u212aelvin', whole: '\u212aelvin', part: '\u212aelvin' },
    { keyword: 'aa', text: 'xaa aaa aa', whole: 'aa', part: 'aa' },
    { keyword: 'a-a', text: 'xa-a-a', whole: 'a-a', part: 'a-a' },
    { keyword: '.*', text: 'anything', whole: null, part: null },
    { keyword: '^$\\/()[]{}|?', text: '^$\\/()[]{}|?', whole: '^$\\/()[]{}|?', part: '^$\\/()[]{}|?' },
    { keyword: 'x-y', text: 'x-y', whole: 'x-y', part: 'x-y' },
    { keyword: 'x', text: '𝒂x', whole: null, part: 'x' },
    { keyword: 'x', text: '𝒂 x𝒂 x', whole: 'x', part: 'x' },
    { keyword: 'x', text: '', whole: null, part: null },
    { keyword: 's', text: 'ß ßs s', whole: 's', part: 's' },
    { keyword: 'ss', text: 'ßßss ss', whole: 'ss', part: 'ss' },
    { keyword: 'Maß', text: 'İ ﬁ maßvoll, Maß', whole: 'Maß', part: 'maß' },
  ])('$keyword in "$text" is $whole as a whole word, otherwise $part', ({ keyword, text, whole, part }) => {
    expect(find(keyword, true, text)).toBe(whole);
    expect(find(keyword, false, text)).toBe(part);
  });
});

const letters = fc.constantFrom(
  ...Array.from('aAbBsSſßẞkKσΣςиИйtéÉ猫İı1_-+*.()👍🏽 \n'),
  '\u0301',
  'e\u0301',
  '\u212a',
  'ǆ',
  'ǅ',
  'Ǆ',
  'ﬁ',
  'ΐ',
);
/** PostgreSQL stores no lone surrogate, but JSON can escape one. */
const lettersAndSurrogates = fc.oneof(letters, fc.constantFrom('\ud800', '\udc00', '\ud83d'));
const word = fc.array(letters, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const keyword = fc.record({ keyword: word, wholeWord: fc.boolean() });
const phrase = fc.array(fc.oneof(lettersAndSurrogates, word), { maxLength: 25 }).map((parts) => parts.join(''));
/** Some texts repeat a part up to a hundred times before they end differently. */
const text = fc.oneof(
  phrase,
  fc.tuple(fc.oneof(letters, word), fc.nat(100), phrase).map(([part, times, end]) => part.repeat(times) + end),
);

/** The regular expression for this keyword alone. */
function expressionFor({ keyword: source, wholeWord }: { keyword: string; wholeWord: boolean }): RegExp {
  const character = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
  const boundary = (end: string, look: string) => (wholeWord && new RegExp(end, 'u').test(source) ? look : '');
  const escaped = Array.from(source, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`).join('');
  return new RegExp(
    boundary(`^${character}`, `(?<!${character})`) + escaped + boundary(`${character}$`, `(?!${character})`),
    'iu',
  );
}

describe('KeywordIndex', () => {
  it('finds the same match for each keyword as a regular expression for it alone', () => {
    fc.assert(
      fc.property(fc.array(keyword, { maxLength: 30 }), text, (keywords, searched) => {
        const index = new KeywordIndex();
        const held = keywords.map((one) => index.hold(one));
        const matches = index.search(searched);
        keywords.forEach((one, number) => {
          const alone = expressionFor(one).exec(searched);
          expect(matches.get(held[number]!)).toEqual(alone ? { index: alone.index, text: alone[0] } : undefined);
        });
      }),
      { numRuns: 250 },
    );
  });

  it('finds a keyword behind any number of repetitions of its n-gram', () => {
    const index = new KeywordIndex();
    index.hold({ keyword: 'baa', wholeWord: false });
    // Indexed under the repeated n-gram, because another pattern is indexed under its first one.
    const keyword = index.hold({ keyword: 'baaa', wholeWord: false });
    for (let times = 0; times < 100; times++) {
      const repeated = 'aaa '.repeat(times);
      expect(index.search(`${repeated}baaa`).get(keyword)).toEqual({ index: repeated.length, text: 'baaa' });
    }
  });

  it('still finds the other keywords when some are released, and is empty when all are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keyword, fc.boolean()), { maxLength: 30 }), text, (keywords, searched) => {
        const index = new KeywordIndex();
        const held = keywords.map(([one, stays]) => ({ keyword: index.hold(one), stays, source: one }));
        held
          .filter(({ stays }) => !stays)
          .forEach(({ keyword: one }) => {
            index.release(one);
          });
        const matches = index.search(searched);
        for (const { keyword: one, stays, source } of held) {
          if (stays) {
            expect(matches.has(one)).toBe(expressionFor(source).test(searched));
          }
        }
        held
          .filter(({ stays }) => stays)
          .forEach(({ keyword: one }) => {
            index.release(one);
          });
        expect(index.size).toBe(0);
        expect(index.search(searched).size).toBe(0);
      }),
      { numRuns: 250 },
    );
  });

  it('finds a keyword of any length', () => {
    const keyword = 'Lorem ipsum '.repeat(5_000).trimEnd();
    const text = keyword.toUpperCase();
    for (const wholeWord of [true, false]) {
      expect(find(keyword, wholeWord, `(${text})`) === text).toBe(true);
      expect(find(keyword, wholeWord, `(${text}s)`) === null).toBe(wholeWord);
    }
  });

  it.each([
    ['runs of one letter', (length: number) => 'a'.repeat(length), 'a'.repeat(50_000), 500, 0],
    ['prefixes of each other', (length: number) => 'ab '.repeat(length), 'ab '.repeat(16_000), 171, 171],
    ['equal but for the last letter', (length: number) => `${'a'.repeat(length)}b`, 'a'.repeat(50_000), 0, 0],
    ['equal to the end of the text', (length: number) => `${'a'.repeat(length)}b`, `${'a'.repeat(50_000)}bc`, 500, 0],
    ['equal but for case folding', (length: number) => `${'s'.repeat(501 - length)}ß`, 's'.repeat(50_000), 0, 0],
  ])('takes bounded time with keywords that are %s', (_, of, searched, asPart, asWord) => {
    for (const wholeWord of [true, false]) {
      const index = new KeywordIndex();
      for (let length = 1; length <= 500; length++) {
        index.hold({ keyword: of(length).slice(0, 512), wholeWord });
      }
      // Comparing each keyword at every offset would exceed the test's time limit.
      expect(index.search(searched).size).toBe(wholeWord ? asWord : asPart);
    }
  });

  it('shares a keyword between all filters that have it', () => {
    const index = new KeywordIndex();
    const first = index.hold({ keyword: 'cat', wholeWord: true });
    expect(index.hold({ keyword: 'cat', wholeWord: true })).toBe(first);
    expect(index.hold({ keyword: 'cat', wholeWord: false })).not.toBe(first);
    expect(index.hold({ keyword: 'Cat', wholeWord: true })).toBe(first);
    expect(index.size).toBe(2);
  });
});

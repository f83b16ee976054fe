import { describe, expect, it } from 'vitest';
import { fold } from './fold.js';

/** Every character that has, or is, another case of something. */
const cased = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => /[\p{Changes_When_Casefolded}\p{Changes_When_Casemapped}]/u.test(character));

describe('the fold', () => {
  it('joins whatever a case-insensitive expression joins', () => {
    const all = cased.join('');
    expect(cased.length).toBeGreaterThan(2_000);
    for (const character of cased) {
      for (const [other] of all.matchAll(new RegExp(character, 'giu'))) {
        expect(fold(other), `${other} and ${character}`).toBe(fold(character));
      }
    }
  });

  it('makes nothing shorter, and upper and lower case are equally long, so that places can be told', () => {
    for (const character of cased) {
      expect(fold(character).length).toBeGreaterThanOrEqual(character.length);
      for (const [other] of cased.join('').matchAll(new RegExp(character, 'giu'))) {
        expect(other).toHaveLength(character.length);
      }
    }
  });

  it('makes words of words and of nothing else', () => {
    const character = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
    for (const one of cased) {
      const expected = new RegExp(`^${character}$`, 'u').test(one) ? character : `[^${character.slice(1)}`;
      expect(fold(one), one).toMatch(new RegExp(`^${expected}+$`, 'u'));
    }
  });

  it('folds a part to a part of the whole, whatever stands around it', () => {
    for (const character of [...cased, 'Σ', 'ς', 'İ', 'ŉ', '👍', '\ud800']) {
      for (const [before, after] of [
        ['', ''],
        ['α', ''],
        ['', 'α'],
        ['α', 'α'],
        ['.', ' '],
        ['i', '\u0307'],
      ] as const) {
        expect(fold(before + character + after)).toBe(fold(before) + fold(character) + fold(after));
      }
    }
  });
});

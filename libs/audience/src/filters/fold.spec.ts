import { describe, expect, it } from 'vitest';
import { fold } from './fold.js';

/** Every character with another case. */
const cased = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => /[\p{Changes_When_Casefolded}\p{Changes_When_Casemapped}]/u.test(character));

describe('fold', () => {
  it('makes two characters equal exactly if a regular expression with the flags iu does', () => {
    const all = cased.join('');
    expect(cased.length).toBeGreaterThan(2_000);
    const folds = cased.map(fold);
    for (const [index, character] of cased.entries()) {
      const equal = cased.filter((_, other) => folds[other] === folds[index]);
      const same = Array.from(all.matchAll(new RegExp(character, 'giu')), ([other]) => other);
      expect(equal, character).toEqual(same);
    }
  });

  it('keeps the offset of every character', () => {
    for (const character of cased) {
      expect(fold(character), character).toHaveLength(character.length);
    }
  });

  it('keeps word characters word characters, and others others', () => {
    const word = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u;
    for (const character of cased) {
      expect(word.test(fold(character)), character).toBe(word.test(character));
    }
  });

  it('folds a character the same way whatever surrounds it', () => {
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

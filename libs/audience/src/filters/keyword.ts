import type { FilterKeyword } from '../filter-record.js';

/** Where a keyword stands in a text for the first time. */
export interface KeywordMatch {
  readonly index: number;
  /** As it is written in the text. */
  readonly text: string;
}

/** What makes up a word, as Ruby's `[[:word:]]` has it, by which the REST API decides. */
const wordCharacter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
const startsAsWord = new RegExp(`^${wordCharacter}`, 'u');
const endsAsWord = new RegExp(`${wordCharacter}$`, 'u');
const syntaxCharacters = /[\\^$.*+?()[\]{}|/]/g;

/**
 * A keyword's regular expression: case-insensitive, and for whole words with a boundary at each end that is a word
 * character. JavaScript's `\b` knows ASCII only, hence the look-arounds.
 */
export function keywordExpression({ keyword, wholeWord }: FilterKeyword): RegExp {
  const before = wholeWord && startsAsWord.test(keyword) ? `(?<!${wordCharacter})` : '';
  const after = wholeWord && endsAsWord.test(keyword) ? `(?!${wordCharacter})` : '';
  return new RegExp(before + keyword.replace(syntaxCharacters, String.raw`\$&`) + after, 'iu');
}

/** One keyword, shared by all filters of all accounts that have it. Compiled when it is first looked for. */
export class Keyword {
  /** Tells keywords apart. */
  readonly key: string;
  /** How many filters have it. */
  holders = 0;

  readonly #source: FilterKeyword;
  #expression: RegExp | undefined;

  constructor(source: FilterKeyword) {
    this.#source = source;
    this.key = keywordKey(source);
  }

  /** The text as it was entered. */
  get text(): string {
    return this.#source.keyword;
  }

  /** The first place where the keyword stands in this text. */
  findIn(text: string): KeywordMatch | undefined {
    const found = (this.#expression ??= keywordExpression(this.#source)).exec(text);
    return found ? { index: found.index, text: found[0] } : undefined;
  }
}

/** Equal for equal keywords. */
export function keywordKey({ keyword, wholeWord }: FilterKeyword): string {
  return (wholeWord ? 'w' : 'p') + keyword;
}

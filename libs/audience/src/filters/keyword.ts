import type { FilterKeyword } from '../filter-record.js';

/** Where a keyword stands in a text for the first time. */
export interface KeywordMatch {
  readonly index: number;
  /** As it is written in the text. */
  readonly text: string;
}

/** What makes up a word, as Ruby's `[[:word:]]` has it, by which REST decides; JavaScript's `\\b` knows ASCII only. */
const wordCharacter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]`;
const beginsWithWord = new RegExp(`^${wordCharacter}`, 'u');
const endsWithWord = new RegExp(`${wordCharacter}$`, 'u');
const syntaxCharacters = /[\\^$.*+?()[\]{}|/]/g;

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

  /**
   * The first place where the keyword stands in this text, in upper or lower case. A whole word has, at each of its ends
   * that is a word character, no other word character beside it.
   */
  findIn(text: string): KeywordMatch | undefined {
    const expression = (this.#expression ??= new RegExp(this.text.replace(syntaxCharacters, String.raw`\$&`), 'giu'));
    expression.lastIndex = 0;
    // The boundaries are not part of the expression: compiled with those large classes, each would cost a millisecond.
    for (let found; (found = expression.exec(text)) !== null; expression.lastIndex = afterFirst(found)) {
      if (!this.#source.wholeWord || this.#standsAlone(text, found.index, found.index + found[0].length)) {
        return { index: found.index, text: found[0] };
      }
    }
    return undefined;
  }

  #standsAlone(text: string, start: number, end: number): boolean {
    return !(
      (beginsWithWord.test(this.text) && endsWithWord.test(text.slice(Math.max(0, start - 2), start))) ||
      (endsWithWord.test(this.text) && beginsWithWord.test(text.slice(end, end + 2)))
    );
  }
}

/** The next place where a match may begin: matches may overlap. */
function afterFirst(match: RegExpExecArray): number {
  return match.index + String.fromCodePoint(match[0].codePointAt(0) ?? 0).length;
}

/** Equal for equal keywords. */
export function keywordKey({ keyword, wholeWord }: FilterKeyword): string {
  return (wholeWord ? 'w' : 'p') + keyword;
}

import type { FilterKeyword } from '../filter-record.js';
import { fold } from './fold.js';
import type { SearchedText } from './searched-text.js';
import { beginsWithWord, endsWithWord } from './words.js';

/** Where a keyword stands in a text for the first time. */
export interface KeywordMatch {
  readonly index: number;
  /** As it is written in the text. */
  readonly text: string;
}

const syntaxCharacters = /[\\^$.*+?()[\]{}|/]/g;

/** One keyword, shared by all filters of all accounts that have it. Compiled when it is first looked for. */
export class Keyword {
  /** Tells keywords apart. */
  readonly key: string;
  /** The text without its case, by which it is looked for. */
  readonly folded: string;
  /** How many filters have it. */
  holders = 0;

  readonly #text: string;
  /** Whether it must begin where a word does, and end where one ends. */
  readonly #beginsWord: boolean;
  readonly #endsWord: boolean;
  #expression: RegExp | undefined;

  constructor(source: FilterKeyword) {
    const { keyword, wholeWord } = source;
    this.key = keywordKey(source);
    this.folded = fold(keyword);
    this.#text = keyword;
    this.#beginsWord = wholeWord && beginsWithWord(keyword);
    this.#endsWord = wholeWord && endsWithWord(keyword);
  }

  /**
   * The first place where the keyword stands in this text, in upper or lower case. A whole word has, at each of its ends
   * that is a word character, no other word character beside it.
   *
   * @param first where its fold stands in the folded text for the first time
   */
  findIn(searched: SearchedText, first: number): KeywordMatch | undefined {
    for (let at = this.#next(searched, first); at >= 0; at = this.#next(searched, at + 1)) {
      const index = searched.placeOf(at);
      const text = index === undefined ? undefined : this.#at(searched.text, index);
      if (index !== undefined && text !== undefined) {
        return { index, text };
      }
    }
    return undefined;
  }

  /** The next place in the folded text where it may stand; -1 when there is none. */
  #next(searched: SearchedText, from: number): number {
    const { folded } = searched;
    for (let at = folded.indexOf(this.folded, from); at >= 0;) {
      const start = this.#beginsWord ? searched.words.nextStart(at) : at;
      if (start !== at) {
        at = start < 0 ? -1 : folded.indexOf(this.folded, start);
      } else if (this.#endsWord && !searched.words.endAt(at + this.folded.length)) {
        at = folded.indexOf(this.folded, at + 1);
      } else {
        return at;
      }
    }
    return -1;
  }

  /** The boundaries are not part of the expression: compiled with those large classes, each would cost a millisecond. */
  #at(text: string, index: number): string | undefined {
    const expression = (this.#expression ??= new RegExp(this.#text.replace(syntaxCharacters, String.raw`\$&`), 'iuy'));
    expression.lastIndex = index;
    return expression.exec(text)?.[0];
  }
}

/** Equal for equal keywords. */
export function keywordKey({ keyword, wholeWord }: FilterKeyword): string {
  return (wholeWord ? 'w' : 'p') + keyword;
}

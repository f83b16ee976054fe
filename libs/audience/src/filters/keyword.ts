import type { FilterKeyword } from './filter-record.js';
import { fold } from './fold.js';
import type { SearchedText } from './searched-text.js';
import { beginsWithWord, endsWithWord } from './word-boundaries.js';

/** The first match of a keyword in a text. */
export interface KeywordMatch {
  /** Its offset in UTF-16 code units. */
  readonly index: number;
  /** As the text spells it. */
  readonly text: string;
}

/** One keyword, shared by the filters of all accounts that have it in any case. */
export class Keyword {
  /** Equal for keywords that match the same. */
  readonly key: string;
  /** The keyword with its case folded: the pattern that texts are searched for. */
  readonly folded: string;
  /** How many filters have it. */
  holders = 0;

  /** Whether it must begin where a word does, and end where one ends. */
  readonly #beginsWord: boolean;
  readonly #endsWord: boolean;

  constructor(source: FilterKeyword) {
    const { keyword, wholeWord } = source;
    this.key = keywordKey(source);
    this.folded = fold(keyword);
    this.#beginsWord = wholeWord && beginsWithWord(keyword);
    this.#endsWord = wholeWord && endsWithWord(keyword);
  }

  /**
   * The first match of the keyword in this text, in any case. Where a whole-word keyword begins or ends with a word
   * character, no other word character may adjoin the match.
   *
   * @param first the first offset of the folded keyword in the folded text
   */
  findIn(searched: SearchedText, first: number): KeywordMatch | undefined {
    const { text, folded } = searched;
    for (let index = first; index >= 0;) {
      const start = this.#beginsWord ? searched.words.nextStart(index) : index;
      if (start !== index) {
        index = start < 0 ? -1 : folded.indexOf(this.folded, start);
      } else if (this.#endsWord && !searched.words.endAt(index + this.folded.length)) {
        index = folded.indexOf(this.folded, index + 1);
      } else {
        return { index, text: text.slice(index, index + this.folded.length) };
      }
    }
    return undefined;
  }
}

/** Equal for keywords that match the same. */
export function keywordKey({ keyword, wholeWord }: FilterKeyword): string {
  return (wholeWord ? 'w' : 'p') + fold(keyword);
}

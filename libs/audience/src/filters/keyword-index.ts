import type { FilterKeyword } from './filter-record.js';
import { Keyword, keywordKey, type KeywordMatch } from './keyword.js';
import { MultiPatternMatcher, type Pattern } from './multi-pattern-matcher.js';
import { SearchedText } from './searched-text.js';

/** The keywords that a text contains, each with its first match. */
export type KeywordMatches = ReadonlyMap<Keyword, KeywordMatch>;

interface KeywordPattern extends Pattern {
  readonly keywords: Keyword[];
}

/**
 * The keywords of all loaded filters, each once. One search of a text finds all of them; whole-word keywords among the
 * matches are then compared with the word boundaries of the text. The time depends on the text and on the matches, not on
 * the number of accounts with keywords.
 */
export class KeywordIndex {
  readonly #keywords = new Map<string, Keyword>();
  readonly #patterns = new Map<string, KeywordPattern>();
  readonly #matcher = new MultiPatternMatcher<KeywordPattern>();

  /** How many different keywords there are. */
  get size(): number {
    return this.#keywords.size;
  }

  /** Returns the keyword object that all filters share. The keyword MUST NOT be empty. Callers MUST release what they hold. */
  hold(source: FilterKeyword): Keyword {
    let keyword = this.#keywords.get(keywordKey(source));
    if (!keyword) {
      keyword = new Keyword(source);
      this.#keywords.set(keyword.key, keyword);
      this.#index(keyword);
    }
    keyword.holders++;
    return keyword;
  }

  release(keyword: Keyword): void {
    if (--keyword.holders > 0) {
      return;
    }
    this.#keywords.delete(keyword.key);
    const pattern = this.#patterns.get(keyword.folded);
    pattern?.keywords.splice(pattern.keywords.indexOf(keyword), 1);
    if (pattern?.keywords.length === 0) {
      this.#patterns.delete(keyword.folded);
      this.#matcher.delete(pattern);
    }
  }

  /** The first match of each keyword that the text contains. */
  search(text: string): KeywordMatches {
    const searched = new SearchedText(text);
    const matches = new Map<Keyword, KeywordMatch>();
    for (const [pattern, place] of this.#matcher.findIn(searched.folded)) {
      for (const keyword of pattern.keywords) {
        const match = keyword.findIn(searched, place);
        if (match) {
          matches.set(keyword, match);
        }
      }
    }
    return matches;
  }

  #index(keyword: Keyword): void {
    const { folded } = keyword;
    const pattern = this.#patterns.get(folded);
    if (pattern) {
      pattern.keywords.push(keyword);
      return;
    }
    const added = { folded, keywords: [keyword] };
    this.#patterns.set(folded, added);
    this.#matcher.add(added);
  }
}

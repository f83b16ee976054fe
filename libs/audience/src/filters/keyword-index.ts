import type { FilterKeyword } from './filter-record.js';
import { Keyword, keywordKey, type KeywordMatch } from './keyword.js';
import { MultiPatternMatcher, type Pattern } from './multi-pattern-matcher.js';
import { SearchedText } from './searched-text.js';

/** Which keywords stand in a text, and where. */
export type KeywordMatches = ReadonlyMap<Keyword, KeywordMatch>;

interface KeywordPattern extends Pattern {
  readonly keywords: Keyword[];
}

/**
 * All keywords of all known filters, each once. A text is searched for all of them in one pass; of the few that turn up
 * those that must be whole words are then held against its words. What a text costs depends on the text and on what is in
 * it, not on how many accounts look for something.
 */
export class KeywordIndex {
  readonly #keywords = new Map<string, Keyword>();
  readonly #needles = new Map<string, KeywordPattern>();
  readonly #table = new MultiPatternMatcher<KeywordPattern>();

  /** How many different keywords there are. */
  get size(): number {
    return this.#keywords.size;
  }

  /** The keyword that is shared by all who have it; to be released as often as it was held. Must not be empty. */
  hold(source: FilterKeyword): Keyword {
    let keyword = this.#keywords.get(keywordKey(source));
    if (!keyword) {
      keyword = new Keyword(source);
      this.#keywords.set(keyword.key, keyword);
      this.#file(keyword);
    }
    keyword.holders++;
    return keyword;
  }

  release(keyword: Keyword): void {
    if (--keyword.holders > 0) {
      return;
    }
    this.#keywords.delete(keyword.key);
    const needle = this.#needles.get(keyword.folded);
    needle?.keywords.splice(needle.keywords.indexOf(keyword), 1);
    if (needle?.keywords.length === 0) {
      this.#needles.delete(keyword.folded);
      this.#table.delete(needle);
    }
  }

  /** The first match of every keyword that stands in this text. */
  search(text: string): KeywordMatches {
    const searched = new SearchedText(text);
    const matches = new Map<Keyword, KeywordMatch>();
    for (const [needle, place] of this.#table.findIn(searched.folded)) {
      for (const keyword of needle.keywords) {
        const match = keyword.findIn(searched, place);
        if (match) {
          matches.set(keyword, match);
        }
      }
    }
    return matches;
  }

  #file(keyword: Keyword): void {
    const { folded } = keyword;
    const needle = this.#needles.get(folded);
    if (needle) {
      needle.keywords.push(keyword);
      return;
    }
    const filed = { folded, keywords: [keyword] };
    this.#needles.set(folded, filed);
    this.#table.add(filed);
  }
}

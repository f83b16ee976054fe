import { filterBounds } from './filter-bounds.js';
import type { FilterRecord } from './filter-record.js';
import { summarise, type FilterResult, type FilterSummary } from './filter-result.js';
import type { Keyword, KeywordMatch } from './keyword.js';
import type { KeywordIndex, KeywordMatches } from './keyword-index.js';

interface Filter {
  readonly summary: FilterSummary;
  readonly expiresAt: number;
  readonly keywords: readonly Keyword[];
  readonly statusIds: ReadonlySet<string>;
}

/** The filters of one account, within {@link filterBounds}. Holds its keywords in the index until they are released. */
export class AccountFilters {
  readonly accountId: string;
  /** Whether the bounds left out filters, keywords or statuses. */
  readonly truncated: boolean;
  readonly #filters: readonly Filter[];

  constructor(accountId: string, records: readonly FilterRecord[], index: KeywordIndex) {
    let keywordsLeft: number = filterBounds.keywords;
    let charactersLeft: number = filterBounds.keywordCharacters;
    let statusesLeft: number = filterBounds.statuses;
    this.accountId = accountId;
    this.#filters = records.slice(0, filterBounds.filters).map((record) => ({
      summary: summarise(record),
      expiresAt: record.expiresAt ?? Infinity,
      keywords: record.keywords
        .filter(({ keyword }) => keyword !== '' && --keywordsLeft >= 0 && (charactersLeft -= keyword.length) >= 0)
        .map((keyword) => index.hold(keyword)),
      statusIds: new Set(record.statusIds.filter(() => --statusesLeft >= 0)),
    }));
    this.truncated =
      records.length > filterBounds.filters || keywordsLeft < 0 || charactersLeft < 0 || statusesLeft < 0;
  }

  /** Each keyword of each filter. */
  get keywords(): readonly Keyword[] {
    return this.#filters.flatMap(({ keywords }) => keywords);
  }

  /** Each status that a filter names. */
  get statusIds(): readonly string[] {
    return this.#filters.flatMap(({ statusIds }) => [...statusIds]);
  }

  /**
   * The results for a status in the order of the filters, at most `filterBounds.results`.
   *
   * @param statusIds the ids of the status and of the one it boosts
   * @param now in milliseconds since 1970; filters that have expired by then do not apply
   */
  results(matches: KeywordMatches, statusIds: readonly string[], now: number): readonly FilterResult[] {
    const results: FilterResult[] = [];
    for (const { summary, expiresAt, keywords, statusIds: named } of this.#filters) {
      if (expiresAt <= now) {
        continue;
      }
      const match = firstMatch(keywords, matches);
      const ids = statusIds.filter((id) => named.has(id));
      if (match || ids.length > 0) {
        results.push({
          filter: summary,
          keyword_matches: match ? [match.text] : null,
          status_matches: ids.length > 0 ? ids : null,
        });
      }
      if (results.length === filterBounds.results) {
        break;
      }
    }
    return results;
  }
}

/**
 * The match of one regular expression with all keywords as alternatives, which REST uses: the leftmost match. Of several
 * that begin at the same place, it is the one whose keyword comes first.
 */
function firstMatch(keywords: readonly Keyword[], matches: KeywordMatches): KeywordMatch | undefined {
  let first: KeywordMatch | undefined;
  for (const keyword of keywords) {
    const match = matches.get(keyword);
    if (match && (!first || match.index < first.index)) {
      first = match;
    }
  }
  return first;
}

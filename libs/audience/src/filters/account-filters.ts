import type { FilterKeyword, FilterRecord } from './filter-record.js';
import { summarise, type FilterResult, type FilterSummary } from './filter-result.js';
import type { Keyword, KeywordMatch } from './keyword.js';
import type { KeywordIndex, KeywordMatches } from './keyword-index.js';

interface Filter {
  readonly summary: FilterSummary;
  readonly expiresAt: number;
  readonly keywords: readonly Keyword[];
  readonly statusIds: ReadonlySet<string>;
}

/**
 * How long the keywords of an account may be together, in characters: more than a thousand of them. Everybody's are
 * searched for in every text, so nobody may have any number of them.
 */
const charactersAtMost = 16_384;

/** The filters of one account, ready for use. Holds its keywords in the index until {@link release}. */
export class AccountFilters {
  readonly accountId: string;
  /** Whether there was room for all keywords; those that came when there was none are left out. */
  readonly complete: boolean;
  readonly #filters: readonly Filter[];

  constructor(accountId: string, records: readonly FilterRecord[], index: KeywordIndex) {
    let room = charactersAtMost;
    const fits = ({ keyword }: FilterKeyword) => keyword !== '' && (room -= keyword.length) >= 0;
    this.accountId = accountId;
    this.#filters = records.map((record) => ({
      summary: summarise(record),
      expiresAt: record.expiresAt ?? Infinity,
      keywords: record.keywords.filter(fits).map((keyword) => index.hold(keyword)),
      statusIds: new Set(record.statusIds),
    }));
    this.complete = room >= 0;
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
   * The results for a status, in the order of the filters.
   *
   * @param statusIds of the status and the one it boosts
   * @param now in milliseconds since 1970: filters that have expired by then do not apply
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
    }
    return results;
  }
}

/**
 * What one expression with all keywords as alternatives would find: the leftmost match, and of several that begin there
 * the one whose keyword comes first.
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

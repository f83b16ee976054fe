import { Logger } from '@nestjs/common';
import type { ViewerSet } from '@fedistream/domain';
import { CompactMultimap, LogThrottle } from '@fedistream/util';
import { AccountFilters } from './account-filters.js';
import type { FilterRecord } from './filter-record.js';
import type { FilterResult } from './filter-result.js';
import type { FilterSubject } from './filter-subject.js';
import type { Keyword } from './keyword.js';
import { KeywordIndex, type KeywordMatches } from './keyword-index.js';

const noMatches: KeywordMatches = new Map();

/**
 * The filters of many accounts, indexed by keyword and status id. A text is searched once for the keywords of all accounts;
 * the matches lead to the accounts whose filters have them.
 */
export class FilterIndex {
  readonly #logger = new Logger('Audience');
  readonly #unusableLog = new LogThrottle();
  readonly #truncatedLog = new LogThrottle();
  readonly #keywords = new KeywordIndex();
  /** `null` for accounts without filters. */
  readonly #byAccount = new Map<string, AccountFilters | null>();
  readonly #byKeyword = new CompactMultimap<Keyword, AccountFilters>();
  readonly #byStatus = new CompactMultimap<string, AccountFilters>();

  /** How many accounts are indexed, those without filters included. */
  get size(): number {
    return this.#byAccount.size;
  }

  /** How many different keywords there are. */
  get keywords(): number {
    return this.#keywords.size;
  }

  /** The indexed accounts; a copy. */
  get accountIds(): readonly string[] {
    return [...this.#byAccount.keys()];
  }

  has(accountId: string): boolean {
    return this.#byAccount.has(accountId);
  }

  /**
   * Adds an account that is not indexed.
   *
   * @returns whether all of its filters are applied; `false` if {@link filterBounds} left some out
   */
  add(accountId: string, records: readonly FilterRecord[]): boolean {
    const filters = records.length > 0 ? this.#prepare(accountId, records) : null;
    this.#byAccount.set(accountId, filters);
    filters?.keywords.forEach((keyword) => {
      this.#byKeyword.add(keyword, filters);
    });
    filters?.statusIds.forEach((statusId) => {
      this.#byStatus.add(statusId, filters);
    });
    return filters?.truncated !== true;
  }

  /** @returns whether the account was indexed */
  remove(accountId: string): boolean {
    const filters = this.#byAccount.get(accountId);
    filters?.keywords.forEach((keyword) => {
      this.#byKeyword.delete(keyword, filters);
      this.#keywords.release(keyword);
    });
    filters?.statusIds.forEach((statusId) => {
      this.#byStatus.delete(statusId, filters);
    });
    return this.#byAccount.delete(accountId);
  }

  /**
   * The results of the viewers for whom some filter matches; other viewers have no entry.
   *
   * @param now in milliseconds since 1970
   */
  resultsFor(viewers: ViewerSet, subject: FilterSubject, now: number): Map<string, readonly FilterResult[]> {
    const matches = this.#keywords.size > 0 ? this.#keywords.search(subject.text()) : noMatches;
    const all = new Map<string, readonly FilterResult[]>();
    for (const filters of this.#candidates(viewers, matches, subject.statusIds)) {
      const results = viewers.has(filters.accountId) ? filters.results(matches, subject.statusIds, now) : [];
      if (results.length > 0) {
        all.set(filters.accountId, results);
      }
    }
    return all;
  }

  /** Filters that may match: those with a matching keyword or id, or those of all viewers if these are fewer. */
  #candidates(viewers: ViewerSet, matches: KeywordMatches, statusIds: readonly string[]): Set<AccountFilters> {
    const keywords = [...matches.keys()];
    const count =
      keywords.reduce((sum, keyword) => sum + this.#byKeyword.count(keyword), 0) +
      statusIds.reduce((sum, statusId) => sum + this.#byStatus.count(statusId), 0);
    return count <= viewers.accountIds.length
      ? new Set([
          ...keywords.flatMap((keyword) => this.#byKeyword.get(keyword)),
          ...statusIds.flatMap((statusId) => this.#byStatus.get(statusId)),
        ])
      : new Set(viewers.accountIds.flatMap((accountId) => this.#byAccount.get(accountId) ?? []));
  }

  /** Unusable filters count as none, so that other viewers still receive their events. */
  #prepare(accountId: string, records: readonly FilterRecord[]): AccountFilters | null {
    try {
      const filters = new AccountFilters(accountId, records, this.#keywords);
      if (filters.truncated) {
        this.#truncatedLog.run((suffix) => {
          this.#logger.warn(
            `Account ${accountId} exceeds the bounds on filters, keywords or filtered statuses; the newest ones are not applied${suffix}`,
          );
        });
      }
      return filters;
    } catch (error) {
      this.#unusableLog.run((suffix) => {
        this.#logger.error(`Filters of account ${accountId} are unusable and not applied: ${String(error)}${suffix}`);
      });
      return null;
    }
  }
}

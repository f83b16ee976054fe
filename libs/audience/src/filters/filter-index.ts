import { Logger } from '@nestjs/common';
import { type ViewerSet } from '@fedistream/domain';
import { LogThrottle } from '@fedistream/util';
import type { FilterRecord } from './filter-record.js';
import { AccountFilters } from './account-filters.js';
import type { FilterResult } from './filter-result.js';
import type { Keyword } from './keyword.js';
import { KeywordIndex, type KeywordMatches } from './keyword-index.js';

/** What there is to filter by in one status. */
export interface Filterable {
  /** The text to search; only called when anybody looks for anything. */
  text(): string;
  /** Of the status and the one it boosts. */
  readonly statusIds: readonly string[];
}

const noMatches: KeywordMatches = new Map();

/**
 * The filters of many accounts, filed so that nothing is searched for each of them: the keywords and statuses that turn
 * up lead to the accounts whose filters name them.
 */
export class FilterIndex {
  readonly #logger = new Logger('Audience');
  readonly #unusable = new LogThrottle();
  readonly #tooMany = new LogThrottle();
  readonly #index = new KeywordIndex();
  /** `null` for accounts that have no filters. */
  readonly #accounts = new Map<string, AccountFilters | null>();
  readonly #byKeyword = new FilterMultimap<Keyword>();
  readonly #byStatus = new FilterMultimap<string>();

  /** How many accounts are known, those without filters included. */
  get size(): number {
    return this.#accounts.size;
  }

  /** How many different keywords there are. */
  get keywords(): number {
    return this.#index.size;
  }

  /** The known accounts; a copy. */
  get accountIds(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  has(accountId: string): boolean {
    return this.#accounts.has(accountId);
  }

  /** The account must not be known yet. */
  add(accountId: string, records: readonly FilterRecord[]): void {
    const filters = records.length > 0 ? this.#prepared(accountId, records) : null;
    this.#accounts.set(accountId, filters);
    filters?.keywords.forEach((keyword) => {
      this.#byKeyword.add(keyword, filters);
    });
    filters?.statusIds.forEach((statusId) => {
      this.#byStatus.add(statusId, filters);
    });
  }

  /** @returns whether it was known */
  remove(accountId: string): boolean {
    const filters = this.#accounts.get(accountId);
    filters?.keywords.forEach((keyword) => {
      this.#byKeyword.delete(keyword, filters);
      this.#index.release(keyword);
    });
    filters?.statusIds.forEach((statusId) => {
      this.#byStatus.delete(statusId, filters);
    });
    return this.#accounts.delete(accountId);
  }

  /**
   * The results of those viewers for whom some filter matches; nobody else has an entry.
   *
   * @param now in milliseconds since 1970
   */
  resultsFor(viewers: ViewerSet, status: Filterable, now: number): Map<string, readonly FilterResult[]> {
    const matches = this.#index.size > 0 ? this.#index.search(status.text()) : noMatches;
    const all = new Map<string, readonly FilterResult[]>();
    for (const filters of this.#concerned(viewers, matches, status.statusIds)) {
      const results = viewers.has(filters.accountId) ? filters.results(matches, status.statusIds, now) : [];
      if (results.length > 0) {
        all.set(filters.accountId, results);
      }
    }
    return all;
  }

  /** Those whose filters may match: they who have the keywords, or, where these are fewer, all viewers. */
  #concerned(viewers: ViewerSet, matches: KeywordMatches, statusIds: readonly string[]): Set<AccountFilters> {
    const shelves = [
      ...Array.from(matches.keys(), (keyword) => this.#byKeyword.get(keyword)),
      ...statusIds.map((statusId) => this.#byStatus.get(statusId)),
    ];
    const filed = shelves.reduce((sum, shelf) => sum + shelf.size, 0);
    return filed <= viewers.accountIds.length
      ? new Set(shelves.flatMap((shelf) => [...shelf]))
      : new Set(viewers.accountIds.flatMap((accountId) => this.#accounts.get(accountId) ?? []));
  }

  /** Filters that cannot be used must not keep the events from everybody else: they count as none. */
  #prepared(accountId: string, records: readonly FilterRecord[]): AccountFilters | null {
    try {
      const filters = new AccountFilters(accountId, records, this.#index);
      if (!filters.complete) {
        this.#tooMany.run((suffix) => {
          this.#logger.warn(
            `Account ${accountId} has more keywords than are searched for; the last do not count${suffix}`,
          );
        });
      }
      return filters;
    } catch (error) {
      this.#unusable.run((suffix) => {
        this.#logger.error(`Filters of account ${accountId} cannot be used: ${String(error)}${suffix}`);
      });
      return null;
    }
  }
}

const nobody: ReadonlySet<AccountFilters> = new Set();

/** Filters by something that several of them name. */
class FilterMultimap<K> {
  readonly #shelves = new Map<K, Set<AccountFilters>>();

  get(key: K): ReadonlySet<AccountFilters> {
    return this.#shelves.get(key) ?? nobody;
  }

  add(key: K, filters: AccountFilters): void {
    const shelf = this.#shelves.get(key);
    if (shelf) {
      shelf.add(filters);
    } else {
      this.#shelves.set(key, new Set([filters]));
    }
  }

  delete(key: K, filters: AccountFilters): void {
    const shelf = this.#shelves.get(key);
    shelf?.delete(filters);
    if (shelf?.size === 0) {
      this.#shelves.delete(key);
    }
  }
}

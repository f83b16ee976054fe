import type { Viewership } from '@fedistream/domain';
import type { AudienceStatistics } from '../audience-statistics.js';
import type { AudienceStore } from '../audience-store.js';
import type { FilterRecord } from '../filter-record.js';
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

interface Load {
  answered: Promise<void>;
}

const noMatches: KeywordMatches = new Map();

/**
 * The filters of those who listen, loaded when first needed and kept until somebody says that they have changed. That is
 * all the caching there is, because filters are the one thing whose changes are published.
 *
 * Nothing is searched for each account: keywords and statuses lead to the accounts whose filters name them.
 */
export class FilterBook {
  readonly #store: AudienceStore;
  readonly #statistics: AudienceStatistics;
  readonly #index = new KeywordIndex();
  /** `null` for accounts that have no filters. */
  readonly #entries = new Map<string, AccountFilters | null>();
  readonly #byKeyword = new Map<Keyword, Set<AccountFilters>>();
  readonly #byStatus = new Map<string, Set<AccountFilters>>();
  /** The load that each account is part of, until it is answered or no longer wanted. */
  readonly #loads = new Map<string, Load>();
  /** Whose filters were complete, and in which state of the book. */
  readonly #complete = new WeakMap<Viewership, number>();
  #state = 0;

  constructor(store: AudienceStore, statistics: AudienceStatistics) {
    this.#store = store;
    this.#statistics = statistics;
  }

  /** How many accounts' filters are known. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whose filters must be loaded before anything can be filtered for these viewers. */
  missing(viewers: Viewership): readonly string[] {
    if (this.#complete.get(viewers) === this.#state) {
      return [];
    }
    const missing = viewers.accountIds.filter((accountId) => !this.#entries.has(accountId));
    if (missing.length === 0) {
      this.#complete.set(viewers, this.#state);
    }
    return missing;
  }

  /**
   * Loads these accounts' filters, in one statement at most: who waits for the same shares it. What is forgotten
   * meanwhile is missing again afterwards.
   */
  async load(accountIds: readonly string[]): Promise<void> {
    const running = new Set<Load>();
    const wanted: string[] = [];
    for (const accountId of accountIds) {
      const load = this.#loads.get(accountId);
      if (load) {
        running.add(load);
      } else {
        wanted.push(accountId);
      }
    }
    if (wanted.length > 0) {
      const load: Load = { answered: Promise.resolve() };
      for (const accountId of wanted) {
        this.#loads.set(accountId, load);
      }
      load.answered = this.#ask(wanted, load);
      running.add(load);
    }
    await Promise.all([...running].map(({ answered }) => answered));
  }

  /** The account's filters have changed: they are read anew before the next status is filtered for it. */
  forget(accountId: string): void {
    this.#loads.delete(accountId);
    const entry = this.#entries.get(accountId);
    if (entry === undefined) {
      return;
    }
    this.#entries.delete(accountId);
    this.#state++;
    if (entry) {
      this.#unfile(entry);
    }
    this.#count();
  }

  /** Forgets all accounts but those of these viewerships. */
  keepOnly(viewerships: Iterable<Viewership>): void {
    const kept = new Set<string>();
    for (const { accountIds } of viewerships) {
      accountIds.forEach((accountId) => kept.add(accountId));
    }
    for (const accountId of [...this.#entries.keys(), ...this.#loads.keys()]) {
      if (!kept.has(accountId)) {
        this.forget(accountId);
      }
    }
  }

  /**
   * The results of those viewers for whom some filter matches; nobody else has an entry. The viewers' filters must have
   * been loaded.
   *
   * @param now in milliseconds since 1970
   */
  resultsFor(viewers: Viewership, status: Filterable, now: number): Map<string, readonly FilterResult[]> {
    const matches = this.#index.size > 0 ? this.#index.search(status.text()) : noMatches;
    const all = new Map<string, readonly FilterResult[]>();
    for (const entry of this.#concerned(viewers, matches, status.statusIds)) {
      const results = viewers.has(entry.accountId) ? entry.results(matches, status.statusIds, now) : [];
      if (results.length > 0) {
        all.set(entry.accountId, results);
      }
    }
    return all;
  }

  /** Those whose filters may match: they who have the keywords, or, where these are fewer, all viewers. */
  #concerned(viewers: Viewership, matches: KeywordMatches, statusIds: readonly string[]): Set<AccountFilters> {
    const shelves = [
      ...Array.from(matches.keys(), (keyword) => this.#byKeyword.get(keyword)),
      ...statusIds.map((statusId) => this.#byStatus.get(statusId)),
    ].filter((shelf) => shelf !== undefined);
    const concerned = new Set<AccountFilters>();
    if (shelves.reduce((sum, shelf) => sum + shelf.size, 0) <= viewers.accountIds.length) {
      shelves.forEach((shelf) => {
        shelf.forEach((entry) => concerned.add(entry));
      });
      return concerned;
    }
    for (const accountId of viewers.accountIds) {
      const entry = this.#entries.get(accountId);
      if (entry) {
        concerned.add(entry);
      }
    }
    return concerned;
  }

  async #ask(accountIds: readonly string[], load: Load): Promise<void> {
    try {
      const answer = await this.#store.filters(accountIds);
      this.#statistics.filterLoads += accountIds.length;
      for (const accountId of accountIds) {
        // Forgotten meanwhile: the answer may be older than the change.
        if (this.#loads.get(accountId) === load) {
          this.#enter(accountId, answer.get(accountId) ?? []);
        }
      }
      this.#count();
    } finally {
      for (const accountId of accountIds) {
        if (this.#loads.get(accountId) === load) {
          this.#loads.delete(accountId);
        }
      }
    }
  }

  #enter(accountId: string, records: readonly FilterRecord[]): void {
    if (records.length === 0) {
      this.#entries.set(accountId, null);
      return;
    }
    const entry = new AccountFilters(accountId, records, this.#index);
    this.#entries.set(accountId, entry);
    entry.keywords.forEach((keyword) => {
      file(this.#byKeyword, keyword, entry);
    });
    entry.statusIds.forEach((statusId) => {
      file(this.#byStatus, statusId, entry);
    });
  }

  #unfile(entry: AccountFilters): void {
    for (const keyword of entry.keywords) {
      unfile(this.#byKeyword, keyword, entry);
      this.#index.release(keyword);
    }
    entry.statusIds.forEach((statusId) => {
      unfile(this.#byStatus, statusId, entry);
    });
  }

  #count(): void {
    this.#statistics.filterAccounts = this.#entries.size;
    this.#statistics.keywords = this.#index.size;
  }
}

function file<K>(shelves: Map<K, Set<AccountFilters>>, key: K, entry: AccountFilters): void {
  const shelf = shelves.get(key);
  if (shelf) {
    shelf.add(entry);
  } else {
    shelves.set(key, new Set([entry]));
  }
}

function unfile<K>(shelves: Map<K, Set<AccountFilters>>, key: K, entry: AccountFilters): void {
  const shelf = shelves.get(key);
  shelf?.delete(entry);
  if (shelf?.size === 0) {
    shelves.delete(key);
  }
}

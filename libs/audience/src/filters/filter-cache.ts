import type { ViewerSet } from '@fedistream/domain';
import type { AudienceStatistics } from '../audience-statistics.js';
import type { AudienceStore } from '../audience-store.js';
import { FilterIndex, type Filterable } from './filter-index.js';
import type { FilterResult } from './filter-result.js';

interface Load {
  answered: Promise<void>;
}

/**
 * The filters of those who listen, loaded when first needed and kept until somebody says that they have changed. That is
 * all the caching there is, because filters are the one thing whose changes are published.
 */
export class FilterCache {
  readonly #store: AudienceStore;
  readonly #statistics: AudienceStatistics;
  #catalogue = new FilterIndex();
  /** The load that each account is part of, until it is answered or no longer wanted. */
  readonly #loads = new Map<string, Load>();
  /** Whose filters were complete, and in which state of the book. */
  readonly #complete = new WeakMap<ViewerSet, number>();
  #state = 0;

  constructor(store: AudienceStore, statistics: AudienceStatistics) {
    this.#store = store;
    this.#statistics = statistics;
  }

  /** How many accounts' filters are known. */
  get size(): number {
    return this.#catalogue.size;
  }

  /** Whose filters must be loaded before anything can be filtered for these viewers. */
  missing(viewers: ViewerSet): readonly string[] {
    if (this.#complete.get(viewers) === this.#state) {
      return [];
    }
    const missing = viewers.accountIds.filter((accountId) => !this.#catalogue.has(accountId));
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
    if (this.#catalogue.remove(accountId)) {
      this.#state++;
      this.#count();
    }
  }

  /** Any filters may have changed. */
  forgetAll(): void {
    this.#loads.clear();
    this.#catalogue = new FilterIndex();
    this.#state++;
    this.#count();
  }

  /** Forgets all accounts but those of these viewerships. */
  keepOnly(viewerships: Iterable<ViewerSet>): void {
    const kept = new Set<string>();
    for (const { accountIds } of viewerships) {
      accountIds.forEach((accountId) => kept.add(accountId));
    }
    for (const accountId of [...this.#catalogue.accountIds, ...this.#loads.keys()]) {
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
  resultsFor(viewers: ViewerSet, status: Filterable, now: number): Map<string, readonly FilterResult[]> {
    return this.#catalogue.resultsFor(viewers, status, now);
  }

  async #ask(accountIds: readonly string[], load: Load): Promise<void> {
    try {
      const answer = await this.#store.filters(accountIds);
      this.#statistics.filterLoads += accountIds.length;
      for (const accountId of accountIds) {
        // Forgotten meanwhile: the answer may be older than the change.
        if (this.#loads.get(accountId) === load) {
          this.#catalogue.add(accountId, answer.get(accountId) ?? []);
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

  #count(): void {
    this.#statistics.filterAccounts = this.#catalogue.size;
    this.#statistics.keywords = this.#catalogue.keywords;
  }
}

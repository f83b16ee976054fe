import type { ViewerSet } from '@fedistream/domain';
import type { AudienceStatistics } from '../audience-statistics.js';
import type { AudienceStore } from '../audience-store.js';
import { FilterIndex } from './filter-index.js';
import type { FilterResult } from './filter-result.js';
import type { FilterSubject } from './filter-subject.js';

/** Accounts of one look-up. Bounds the statement's size and the number of viewers that one slow answer delays. */
const accountsPerLoad = 5_000;

/** A look-up of the filters of some accounts. */
export interface FilterLoad {
  readonly accountIds: readonly string[];
  /** Settles when the store has answered; rejects when it could not. */
  readonly answered: Promise<void>;
}

/**
 * The filters of the viewers, loaded when first needed and kept until an announcement says that they have changed. Nothing
 * else of the database is cached: filters are the only rows whose changes are published.
 */
export class FilterCache {
  readonly #store: AudienceStore;
  readonly #statistics: AudienceStatistics;
  #index = new FilterIndex();
  /** The load that each account is part of, until it is answered or outdated. */
  readonly #loads = new Map<string, FilterLoad>();
  /** Accounts whose filters exceeded the bounds: loading them takes longest, so they are loaded by themselves. */
  readonly #truncated = new Set<string>();
  /** Viewer sets whose filters were all loaded, with the version of the cache at that time. */
  readonly #complete = new WeakMap<ViewerSet, number>();
  /** Counts invalidations. */
  #version = 0;

  constructor(store: AudienceStore, statistics: AudienceStatistics) {
    this.#store = store;
    this.#statistics = statistics;
  }

  /** How many accounts' filters are loaded. */
  get size(): number {
    return this.#index.size;
  }

  /** Whether the account's filters are loaded. */
  has(accountId: string): boolean {
    return this.#index.has(accountId);
  }

  /** The viewers whose filters are not loaded. Constant time for a set that was complete before and still is. */
  missing(viewers: ViewerSet): readonly string[] {
    if (this.#complete.get(viewers) === this.#version) {
      return [];
    }
    const missing = viewers.accountIds.filter((accountId) => !this.#index.has(accountId));
    if (missing.length === 0) {
      this.#complete.set(viewers, this.#version);
    }
    return missing;
  }

  /**
   * Loads the filters of these accounts. An account that is being loaded joins that load. Accounts that are invalidated
   * meanwhile are missing again afterwards.
   *
   * @returns the pending loads; each settles by itself, so that no viewer waits for all of them
   */
  load(accountIds: readonly string[]): Iterable<FilterLoad> {
    const loads = new Set<FilterLoad>();
    const wanted: string[] = [];
    for (const accountId of accountIds) {
      const load = this.#loads.get(accountId);
      if (load) {
        loads.add(load);
      } else if (this.#truncated.has(accountId)) {
        loads.add(this.#begin([accountId]));
      } else {
        wanted.push(accountId);
      }
    }
    for (let first = 0; first < wanted.length; first += accountsPerLoad) {
      loads.add(this.#begin(wanted.slice(first, first + accountsPerLoad)));
    }
    return loads;
  }

  /** Drops an account's filters because they have changed, and the answer of a pending load. */
  forget(accountId: string): void {
    this.#loads.delete(accountId);
    if (this.#index.remove(accountId)) {
      this.#version++;
      this.#count();
    }
  }

  /** Drops the filters of all accounts, and the answers of pending loads. */
  forgetAll(): void {
    this.#loads.clear();
    this.#truncated.clear();
    this.#index = new FilterIndex();
    this.#version++;
    this.#count();
  }

  /** Forgets all accounts that are in none of these viewer sets. */
  keepOnly(viewerSets: Iterable<ViewerSet>): void {
    const kept = new Set<string>();
    for (const { accountIds } of viewerSets) {
      accountIds.forEach((accountId) => kept.add(accountId));
    }
    for (const accountId of [...this.#index.accountIds, ...this.#loads.keys()]) {
      if (!kept.has(accountId)) {
        this.#truncated.delete(accountId);
        this.forget(accountId);
      }
    }
  }

  /**
   * The results of the viewers for whom some filter matches; other viewers have no entry. Viewers whose filters are not
   * loaded have none either: callers MUST NOT deliver to them.
   *
   * @param now in milliseconds since 1970
   */
  resultsFor(viewers: ViewerSet, subject: FilterSubject, now: number): Map<string, readonly FilterResult[]> {
    return this.#index.resultsFor(viewers, subject, now);
  }

  #begin(accountIds: readonly string[]): FilterLoad {
    const load: FilterLoad = { accountIds, answered: Promise.resolve().then(() => this.#query(load)) };
    for (const accountId of accountIds) {
      this.#loads.set(accountId, load);
    }
    return load;
  }

  async #query(load: FilterLoad): Promise<void> {
    const { accountIds } = load;
    try {
      const answer = await this.#store.filters(accountIds);
      this.#statistics.filterLoads += accountIds.length;
      for (const accountId of accountIds) {
        // Invalidated meanwhile: the answer may be older than the change.
        if (this.#loads.get(accountId) !== load) {
          continue;
        }
        if (this.#index.add(accountId, answer.get(accountId) ?? [])) {
          this.#truncated.delete(accountId);
        } else {
          this.#truncated.add(accountId);
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
    this.#statistics.filterAccounts = this.#index.size;
    this.#statistics.keywords = this.#index.keywords;
  }
}

import { Logger } from '@nestjs/common';
import type { ViewerSet } from '@fedistream/domain';
import { LogThrottle, errorReason } from '@fedistream/util';
import type { AudienceStatistics } from '../audience-statistics.js';
import { AudienceStore, StoreUnavailable, type AudienceFacts, type AudienceQuery } from '../audience-store.js';
import type { FilterRecord } from '../filters/filter-record.js';

/** Counts the look-ups of a store, logs their failures, and turns each failure into `StoreUnavailable`. */
export class CountedStore extends AudienceStore {
  readonly #logger = new Logger('Audience');
  readonly #failureLog = new LogThrottle();

  constructor(
    private readonly store: AudienceStore,
    private readonly statistics: AudienceStatistics,
  ) {
    super();
  }

  /** @throws {StoreUnavailable} as do all methods here */
  override facts(query: AudienceQuery): Promise<AudienceFacts> {
    return this.#count(() => this.store.facts(query));
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return this.#count(() => this.store.feedAccess());
  }

  override mayViewClosedFeeds(viewers: ViewerSet): Promise<ReadonlySet<string>> {
    return this.#count(() => this.store.mayViewClosedFeeds(viewers));
  }

  override filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    return this.#count(() => this.store.filters(accountIds));
  }

  async #count<T>(lookup: () => Promise<T>): Promise<T> {
    this.statistics.statements++;
    try {
      return await lookup();
    } catch (failure) {
      this.statistics.statementsFailed++;
      const reason = errorReason(failure);
      this.#failureLog.run((suffix) => {
        this.#logger.warn(
          `Look-up for an event's viewers failed: ${reason}; its events wait and the look-up is retried${suffix}`,
        );
      });
      throw failure instanceof StoreUnavailable ? failure : new StoreUnavailable(reason, { cause: failure });
    }
  }
}

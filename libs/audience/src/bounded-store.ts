import { Logger } from '@nestjs/common';
import type { Viewership } from '@fedistream/domain';
import pLimit, { type LimitFunction } from 'p-limit';
import type { AudienceSettings } from './audience-settings.js';
import type { AudienceStatistics } from './audience-statistics.js';
import { AudienceStore, type AudienceFacts, type AudienceQuestion } from './audience-store.js';
import type { FilterRecord } from './filter-record.js';
import { Occasionally } from './occasionally.js';

/** The store could not be asked, or did not answer in time. Worth another try. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A store that is asked a few things at a time, counts them, and answers or fails within the time set. */
export class BoundedStore extends AudienceStore {
  readonly #logger = new Logger('Audience');
  readonly #occasionally = new Occasionally();
  readonly #store: AudienceStore;
  readonly #statistics: AudienceStatistics;
  readonly #timeoutMs: number;
  readonly #limit: LimitFunction;

  constructor(store: AudienceStore, settings: AudienceSettings, statistics: AudienceStatistics) {
    super();
    this.#store = store;
    this.#statistics = statistics;
    this.#timeoutMs = settings.statementTimeoutMs;
    this.#limit = pLimit(settings.statementsAtOnce);
  }

  /** @throws {StoreUnavailable} as all methods here */
  override facts(question: AudienceQuestion): Promise<AudienceFacts> {
    return this.#ask(() => this.#store.facts(question));
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return this.#ask(() => this.#store.feedAccess());
  }

  override mayViewClosedFeeds(viewers: Viewership): Promise<ReadonlySet<string>> {
    return this.#ask(() => this.#store.mayViewClosedFeeds(viewers));
  }

  override filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    return this.#ask(() => this.#store.filters(accountIds));
  }

  #ask<T>(statement: () => Promise<T>): Promise<T> {
    return this.#limit(async () => {
      this.#statistics.statements++;
      try {
        return await this.#inTime(statement);
      } catch (failure) {
        this.#statistics.statementsFailed++;
        const reason = failure instanceof Error ? failure.message : String(failure);
        this.#occasionally.run((suffix) => {
          this.#logger.warn(`Who may see an event cannot be asked: ${reason}${suffix}`);
        });
        throw new StoreUnavailable(reason, { cause: failure });
      }
    });
  }

  /** A statement that hangs gives its place back: the store below has to end it. */
  async #inTime<T>(statement: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
    });
    try {
      return await Promise.race([statement(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

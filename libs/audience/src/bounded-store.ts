import { Logger } from '@nestjs/common';
import { type ViewerSet } from '@fedistream/domain';
import { LogThrottle, withTimeout } from '@fedistream/util';
import pLimit, { type LimitFunction } from 'p-limit';
import type { AudienceSettings } from './audience-settings.js';
import type { AudienceStatistics } from './audience-statistics.js';
import { AudienceStore, type AudienceFacts, type AudienceQuery } from './audience-store.js';
import type { FilterRecord } from './filters/filter-record.js';

/** The part of the time for an answer after which it is too late to ask. */
const latestTurn = 0.9;

/** The store could not be asked, or did not answer in time. Worth another try. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A store that is asked a few things at a time, counts them, and answers or fails within the time set. */
export class BoundedStore extends AudienceStore {
  readonly #logger = new Logger('Audience');
  readonly #occasionally = new LogThrottle();
  readonly #store: AudienceStore;
  readonly #statistics: AudienceStatistics;
  readonly #timeoutMs: number;
  readonly #maxQueued: number;
  readonly #limit: LimitFunction;
  readonly #late = (): Error => new Error(`no answer within ${this.#timeoutMs} ms`);

  constructor(store: AudienceStore, settings: AudienceSettings, statistics: AudienceStatistics) {
    super();
    this.#store = store;
    this.#statistics = statistics;
    this.#timeoutMs = settings.statementTimeoutMs;
    this.#maxQueued = settings.maxQueuedStatements;
    this.#limit = pLimit(settings.maxConcurrentStatements);
  }

  /** @throws {StoreUnavailable} as all methods here */
  override facts(question: AudienceQuery): Promise<AudienceFacts> {
    return this.#ask(() => this.#store.facts(question));
  }

  override feedAccess(): Promise<ReadonlyMap<string, string>> {
    return this.#ask(() => this.#store.feedAccess());
  }

  override mayViewClosedFeeds(viewers: ViewerSet): Promise<ReadonlySet<string>> {
    return this.#ask(() => this.#store.mayViewClosedFeeds(viewers));
  }

  override filters(accountIds: readonly string[]): Promise<ReadonlyMap<string, readonly FilterRecord[]>> {
    return this.#ask(() => this.#store.filters(accountIds));
  }

  async #ask<T>(statement: () => Promise<T>): Promise<T> {
    try {
      if (this.#limit.pendingCount >= this.#maxQueued) {
        throw new Error('too many statements wait for their turn');
      }
      return await this.#inTime(statement);
    } catch (failure) {
      this.#statistics.statementsFailed++;
      const reason = failure instanceof Error ? failure.message : String(failure);
      this.#occasionally.run((suffix) => {
        this.#logger.warn(`Who may see an event cannot be asked: ${reason}${suffix}`);
      });
      throw new StoreUnavailable(reason, { cause: failure });
    }
  }

  /**
   * The time counts from the call. What has spent most of it waiting for its turn is not asked any more: in an outage each
   * turn ends when the time of those behind it ends, too. A statement that hangs gives its turn to the next one; to end
   * it is up to the store below.
   */
  #inTime<T>(statement: () => Promise<T>): Promise<T> {
    const askedMs = performance.now();
    const leftMs = () => askedMs + this.#timeoutMs - performance.now();
    const turn = this.#limit(() => {
      if (leftMs() < this.#timeoutMs * (1 - latestTurn)) {
        throw new Error('too long a wait for its turn');
      }
      this.#statistics.statements++;
      return withTimeout(leftMs(), statement(), this.#late);
    });
    return withTimeout(this.#timeoutMs, turn, this.#late);
  }
}

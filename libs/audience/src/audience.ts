import { Injectable } from '@nestjs/common';
import type { Selection, StreamEvent, ViewerSet } from '@fedistream/domain';
import { defer, finalize, type Observable } from 'rxjs';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { AudienceStore } from './audience-store.js';
import { applyFilters } from './evaluation/apply-filters.js';
import { AudienceEvaluator } from './evaluation/audience-evaluator.js';
import { CountedStore } from './evaluation/counted-store.js';
import type { EvaluatedStream } from './evaluation/evaluated-stream.js';
import { FilterCache } from './filters/filter-cache.js';
import { decideInOrder } from './queue/decide-in-order.js';
import type { QueueContext } from './queue/decision.js';
import { QueueLimit, sizeOf } from './queue/queue-limit.js';
import type { ClosedBy } from './rules/rule.js';
import { PastEvents } from './past-events.js';

/** What the audience must know about a stream to decide about its events. */
export interface AudienceOptions {
  /** Which feed settings of the instance can close the stream. Left out: none. */
  readonly closedBy?: ClosedBy | undefined;

  /**
   * The event types that the stream declares as carrying no status. They reach all viewers undecided, unless feed settings
   * close the stream.
   */
  readonly eventsWithoutStatus?: ReadonlySet<string> | undefined;

  /**
   * Called when an event is dropped undecided, because the store was unavailable for too long or too many events waited.
   *
   * @param accountIds of the viewers for whom it is dropped; `undefined` for all
   */
  readonly undecided?: ((accountIds: Iterable<string> | undefined) => void) | undefined;
}

/** The cache keeps the filters of this many accounts before it looks for viewers that have left. */
const minCachedAccounts = 1_000;
const noEvents: ReadonlySet<string> = new Set();

/** Decides which viewers receive the events of `per-viewer` streams: all rules, once per event, in order. */
@Injectable()
export class Audience {
  readonly #evaluator: AudienceEvaluator;
  readonly #filters: FilterCache;
  readonly #past: PastEvents;
  readonly #context: QueueContext;
  readonly #streams = new Set<EvaluatedStream>();
  #pruneAt = minCachedAccounts;

  constructor(store: AudienceStore, settings: AudienceSettings, statistics: AudienceStatistics) {
    const counted = new CountedStore(store, statistics);
    this.#filters = new FilterCache(counted, statistics);
    this.#evaluator = new AudienceEvaluator(counted, statistics, settings.maxBatchDelayMs);
    this.#context = { settings, statistics, limit: new QueueLimit(settings, statistics) };
    const [evaluator, filters, context] = [this.#evaluator, this.#filters, this.#context];
    this.#past = new PastEvents({ evaluator, filters, context, store: counted });
  }

  /**
   * Emits the events of one stream in order, each with the viewers that receive it. Apply it once for all viewers of a
   * stream, not for each connection. It may emit an event several times, each time for other viewers: viewers whose
   * filters are being loaded receive it later, in order.
   *
   * A decision uses what is committed in the database when the event arrives, or something newer. Events that follow each
   * other on a stream with many listeners are decided and emitted as one batch (`AudienceSettings.maxBatchDelayMs`). While
   * the database is unavailable, events wait; after `maxWaitMs` they are dropped. It never emits an undecided event, and no
   * error but those of `events`.
   *
   * @param viewers returns the present viewers; events are decided for them and for no other account
   */
  select(
    events: Observable<StreamEvent>,
    viewers: () => ViewerSet,
    { closedBy, eventsWithoutStatus = noEvents, undecided }: AudienceOptions = {},
  ): Observable<Selection> {
    return defer(() => {
      const stream: EvaluatedStream = { closedBy, eventsWithoutStatus, undecided, viewers };
      this.#streams.add(stream);
      return events.pipe(
        decideInOrder(
          {
            evaluate: (event) => {
              this.#prune();
              return this.#evaluator.evaluate(event, stream);
            },
            dropped: () => undecided?.(undefined),
            sizeOf,
            listeners: () => viewers().accountIds.length,
          },
          this.#context,
        ),
        applyFilters(stream, this.#filters, this.#context),
        finalize(() => {
          this.#streams.delete(stream);
          if (this.#streams.size === 0) {
            this.forgetAll();
          }
        }),
      );
    });
  }

  /**
   * Decides which past events one viewer may see, by what is committed now.
   *
   * @param options `undefined` for a stream whose audience the publisher chooses: then only relationships count
   * @returns the events that the viewer receives, in order
   * @throws StoreUnavailable when the store is unavailable; then no event is decided
   */
  decidePast(
    events: readonly StreamEvent[],
    accountId: string,
    options: AudienceOptions | undefined,
  ): Promise<readonly StreamEvent[]> {
    if (options === undefined) {
      return this.#past.withoutHidden(events, accountId);
    }
    const { closedBy, eventsWithoutStatus = noEvents } = options;
    return this.#past.decide(events, accountId, { closedBy, eventsWithoutStatus });
  }

  /** Drops the cached filters of an account because they have changed. The next event loads them again. */
  forget(accountId: string): void {
    this.#filters.forget(accountId);
  }

  /** Drops all cached filters. Call it after messages were lost: `filters_changed` may have been among them. */
  forgetAll(): void {
    this.#filters.forgetAll();
    this.#pruneAt = minCachedAccounts;
  }

  /** Drops the filters of viewers that have left, once the cache has doubled since the last time. */
  #prune(): void {
    if (this.#filters.size < this.#pruneAt) {
      return;
    }
    this.#filters.keepOnly(Array.from(this.#streams, (stream) => stream.viewers()));
    this.#pruneAt = Math.max(minCachedAccounts, this.#filters.size * 2);
  }
}

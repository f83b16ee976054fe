import { Injectable } from '@nestjs/common';
import type { Selection, StreamEvent, ViewerSet } from '@fedistream/domain';
import { defer, finalize, type Observable } from 'rxjs';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { AudienceStore } from './audience-store.js';
import { applyFilters } from './evaluation/apply-filters.js';
import { AudienceEvaluator } from './evaluation/audience-evaluator.js';
import { CountedStore } from './evaluation/counted-store.js';
import type { EvaluationTarget } from './evaluation/evaluation-target.js';
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
}

/** How many accounts' filters are kept without looking for viewers that have left. */
const minCachedAccounts = 1_000;
const noEvents: ReadonlySet<string> = new Set();

/** Decides which viewers receive the events of `per-viewer` streams: all rules, once per event, in order. */
@Injectable()
export class Audience {
  readonly #evaluator: AudienceEvaluator;
  readonly #filters: FilterCache;
  readonly #past: PastEvents;
  readonly #context: QueueContext;
  readonly #targets = new Set<EvaluationTarget>();
  #pruneAt = minCachedAccounts;

  constructor(store: AudienceStore, settings: AudienceSettings, statistics: AudienceStatistics) {
    const counted = new CountedStore(store, statistics);
    this.#filters = new FilterCache(counted, statistics);
    this.#evaluator = new AudienceEvaluator(counted, statistics, settings.maxGatherMs);
    this.#context = { settings, statistics, limit: new QueueLimit(settings, statistics) };
    const [evaluator, filters, context] = [this.#evaluator, this.#filters, this.#context];
    this.#past = new PastEvents({ evaluator, filters, context, store: counted });
  }

  /**
   * The events of one stream, each with the decision who receives it, in the order in which they came. Apply it once for
   * all viewers of a stream, not for each connection. An event may come out several times, each time for other viewers:
   * those whose filters are still being loaded receive it later, in order.
   *
   * What is committed in the database when an event arrives is respected. Where many listen, events that come soon after
   * each other are decided together and leave together (`AudienceSettings.maxGatherMs`). While the database is
   * unavailable, events wait; an event that waits for too long is dropped. No event is emitted undecided, and no error but
   * one of `events` itself.
   *
   * @param viewers the viewers at this moment; events are decided for them and for no other
   */
  select(
    events: Observable<StreamEvent>,
    viewers: () => ViewerSet,
    { closedBy, eventsWithoutStatus = noEvents }: AudienceOptions = {},
  ): Observable<Selection> {
    return defer(() => {
      const target: EvaluationTarget = { closedBy, eventsWithoutStatus, viewers };
      this.#targets.add(target);
      return events.pipe(
        decideInOrder(
          {
            evaluate: (event) => {
              this.#prune();
              return this.#evaluator.evaluate(event, target);
            },
            sizeOf,
            listeners: () => viewers().accountIds.length,
          },
          this.#context,
        ),
        applyFilters(target, this.#filters, this.#context),
        finalize(() => {
          this.#targets.delete(target);
          if (this.#targets.size === 0) {
            this.forgetAll();
          }
        }),
      );
    });
  }

  /**
   * Decides about events of the past for one viewer, by what is committed now.
   *
   * @param options `undefined` for a stream whose audience the publisher has chosen: only relationships count then
   * @returns what the viewer receives, in order
   * @throws StoreUnavailable when the store cannot be asked: nothing is decided then
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

  /** The account's filters have changed: they are loaded anew before the next event is filtered for it. */
  forget(accountId: string): void {
    this.#filters.forget(accountId);
  }

  /** Any filters may have changed, because announcements of changes may have been missed. */
  forgetAll(): void {
    this.#filters.forgetAll();
    this.#pruneAt = minCachedAccounts;
  }

  /** Drops the filters of viewers that have left, whenever twice as many are cached as were needed last time. */
  #prune(): void {
    if (this.#filters.size < this.#pruneAt) {
      return;
    }
    this.#filters.keepOnly(Array.from(this.#targets, (target) => target.viewers()));
    this.#pruneAt = Math.max(minCachedAccounts, this.#filters.size * 2);
  }
}

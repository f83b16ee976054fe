import { Injectable } from '@nestjs/common';
import type { Selection, StreamEvent, ViewerSet } from '@fedistream/domain';
import { defer, finalize, type Observable } from 'rxjs';
import { AudienceSettings } from './audience-settings.js';
import { AudienceStatistics } from './audience-statistics.js';
import { AudienceStore } from './audience-store.js';
import { BoundedStore } from './bounded-store.js';
import { FilterCache } from './filters/filter-cache.js';
import { AudienceEvaluator, type EvaluationTarget } from './evaluation/audience-evaluator.js';
import type { ClosedBy } from './rules/rule.js';
import { decideInOrder, type QueueContext } from './queue/ordered-queue.js';
import { QueueLimit } from './queue/queue-limit.js';

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

/** Filters of fewer accounts than this are not worth tidying up. */
const tidyFrom = 1_000;

/** Decides who receives the events of `per-viewer` streams: all rules, once per event, in order. */
@Injectable()
export class Audience {
  readonly #judge: AudienceEvaluator;
  readonly #filters: FilterCache;
  readonly #line: QueueContext;
  readonly #hearings = new Set<EvaluationTarget>();
  #tidyAt = tidyFrom;

  constructor(store: AudienceStore, settings: AudienceSettings, statistics: AudienceStatistics) {
    const bounded = new BoundedStore(store, settings, statistics);
    this.#filters = new FilterCache(bounded, statistics);
    this.#judge = new AudienceEvaluator(bounded, this.#filters, statistics);
    this.#line = { settings, statistics, room: new QueueLimit(settings, statistics) };
  }

  /**
   * The events of one channel, each with the decision who receives it, in the order in which they came. Apply it once for
   * all who listen to the same, not for each connection.
   *
   * What is committed in the database when an event arrives holds for it. Where many listen, events that come soon after
   * each other are decided together and so leave together (`AudienceSettings.maxGatherMs`). While the database cannot be
   * asked, events wait; what waits too long is dropped. Nothing is ever let out undecided, and no error comes out but one
   * of `events` itself.
   *
   * @param viewers who listens at this moment; they, and nobody else, are decided about
   */
  select(
    events: Observable<StreamEvent>,
    viewers: () => ViewerSet,
    options: AudienceOptions = {},
  ): Observable<Selection> {
    return defer(() => {
      const hearing: EvaluationTarget = { closedBy: options.closedBy, viewers };
      this.#hearings.add(hearing);
      return events.pipe(
        decideInOrder(
          {
            evaluate: (event) => {
              this.#tidy();
              return this.#judge.evaluate(event, hearing);
            },
            listeners: () => viewers().accountIds.length,
          },
          this.#line,
        ),
        finalize(() => {
          this.#hearings.delete(hearing);
          if (this.#hearings.size === 0) {
            this.forgetAll();
          }
        }),
      );
    });
  }

  /** The account's filters have changed: they are read anew before the next event is filtered for it. */
  forget(accountId: string): void {
    this.#filters.forget(accountId);
  }

  /** Any filters may have changed, because announcements of changes may have been missed. */
  forgetAll(): void {
    this.#filters.forgetAll();
    this.#tidyAt = tidyFrom;
  }

  /** Lets go of the filters of those who no longer listen, each time that twice as many are known as were needed. */
  #tidy(): void {
    if (this.#filters.size < this.#tidyAt) {
      return;
    }
    this.#filters.keepOnly(Array.from(this.#hearings, (hearing) => hearing.viewers()));
    this.#tidyAt = Math.max(tidyFrom, this.#filters.size * 2);
  }
}

import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import { from, lastValueFrom, toArray } from 'rxjs';
import { StoreUnavailable, type AudienceStore } from './audience-store.js';
import { applyFilters } from './evaluation/apply-filters.js';
import type { AudienceEvaluator } from './evaluation/audience-evaluator.js';
import type { DecidedEvent } from './evaluation/decided-event.js';
import type { FilterCache } from './filters/filter-cache.js';
import type { QueueContext } from './queue/decision.js';
import type { ClosedBy } from './rules/rule.js';
import { SharedDecisions } from './shared-decisions.js';
import { readRelatedAccounts } from './status/related-accounts.js';

/** The parts of the audience that decide about past events. */
export interface PastEventsOptions {
  readonly evaluator: AudienceEvaluator;
  readonly filters: FilterCache;
  readonly store: AudienceStore;
  readonly context: QueueContext;
}

/** The rules of a `per-viewer` stream. */
interface StreamRules {
  readonly closedBy: ClosedBy | undefined;
  readonly eventsWithoutStatus: ReadonlySet<string>;
}

type DecisionsByClosing = Map<ClosedBy | undefined, SharedDecisions<DecidedEvent | undefined>>;

/** Whether an event is hidden from each of the viewers for whom it was decided. */
type HiddenFrom = (accountId: string) => boolean;

/**
 * Decides which past events one viewer may see, by what is committed now. Each call decides about all events or rejects. An event
 * that several viewers ask about at the same time is decided about once, for all of them.
 */
export class PastEvents {
  readonly #options: PastEventsOptions;
  readonly #hidden = new SharedDecisions((event, viewers) => this.#hiddenFrom(event, viewers));
  readonly #decided = new Map<ReadonlySet<string>, DecisionsByClosing>();

  constructor(options: PastEventsOptions) {
    this.#options = options;
  }

  /**
   * Applies all rules and filters, as for live events of a `per-viewer` stream. It queries the store about all events
   * concurrently, so that the store may batch the queries.
   *
   * @returns the events that the viewer receives, in order
   * @throws StoreUnavailable
   */
  async decide(events: readonly StreamEvent[], accountId: string, rules: StreamRules): Promise<readonly StreamEvent[]> {
    const { filters, context } = this.#options;
    const viewers = only(accountId);
    const stream = { ...rules, viewers: () => viewers };
    const answers = await this.#decidedBy(rules).about(events, accountId);
    const visible = answers.filter((answer) => answer !== undefined && !answer.hiddenFrom.has(accountId));
    const filtered = from(visible as readonly DecidedEvent[]).pipe(applyFilters(stream, filters, context), toArray());
    const selections = await lastValueFrom(filtered);
    if (selections.length < visible.length) {
      throw new StoreUnavailable(`The filters of account ${accountId} were not loaded in time`);
    }
    return selections.flatMap((selection) => selection.for(accountId) ?? []);
  }

  /**
   * For streams whose audience the publisher chooses: applies blocks, mutes and domain blocks only, which may have changed
   * since. An event that names no account and carries no status passes; one whose status or account cannot be read does not.
   *
   * @returns the events that the viewer receives, in order
   * @throws StoreUnavailable
   */
  async withoutHidden(events: readonly StreamEvent[], accountId: string): Promise<readonly StreamEvent[]> {
    const hidden = await this.#hidden.about(events, accountId);
    return events.filter((_, index) => hidden[index]?.(accountId) === false);
  }

  /** Streams have few sets of rules; each set stays. */
  #decidedBy({ closedBy, eventsWithoutStatus }: StreamRules): SharedDecisions<DecidedEvent | undefined> {
    const byClosing = this.#decided.get(eventsWithoutStatus) ?? (new Map() as DecisionsByClosing);
    this.#decided.set(eventsWithoutStatus, byClosing);
    const known = byClosing.get(closedBy);
    const decisions =
      known ??
      new SharedDecisions(async (event, viewers): Promise<DecidedEvent | undefined> => {
        const stream = { closedBy, eventsWithoutStatus, viewers: () => viewers };
        const decision = this.#options.evaluator.evaluate(event, stream);
        return 'now' in decision ? decision.now : decision.later();
      });
    byClosing.set(closedBy, decisions);
    return decisions;
  }

  async #hiddenFrom(event: StreamEvent, viewers: ViewerSet): Promise<HiddenFrom> {
    const related = readRelatedAccounts(event);
    if (related === 'none' || related === 'unreadable') {
      return () => related === 'unreadable';
    }
    const { hiddenFrom } = await this.#options.store.facts({ viewers, ...related, language: null });
    return (accountId) => hiddenFrom.has(accountId);
  }
}

function only(accountId: string): ViewerSet {
  return { accountIds: [accountId], has: (other) => other === accountId };
}

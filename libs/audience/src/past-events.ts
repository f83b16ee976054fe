import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import { from, lastValueFrom, toArray } from 'rxjs';
import { StoreUnavailable, type AudienceStore } from './audience-store.js';
import { applyFilters } from './evaluation/apply-filters.js';
import type { AudienceEvaluator } from './evaluation/audience-evaluator.js';
import type { DecidedEvent } from './evaluation/decided-event.js';
import type { FilterCache } from './filters/filter-cache.js';
import type { QueueContext } from './queue/decision.js';
import type { ClosedBy } from './rules/rule.js';
import { readRelatedAccounts } from './status/related-accounts.js';

/** The parts of the audience that decide about past events. */
export interface PastEventsOptions {
  readonly evaluator: AudienceEvaluator;
  readonly filters: FilterCache;
  readonly store: AudienceStore;
  readonly context: QueueContext;
}

/** Decides which past events one viewer may see, by what is committed now. Each call decides about all events or rejects. */
export class PastEvents {
  readonly #options: PastEventsOptions;

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
  async decide(
    events: readonly StreamEvent[],
    accountId: string,
    rules: { readonly closedBy: ClosedBy | undefined; readonly eventsWithoutStatus: ReadonlySet<string> },
  ): Promise<readonly StreamEvent[]> {
    const { evaluator, filters, context } = this.#options;
    const viewers = only(accountId);
    const stream = { ...rules, viewers: () => viewers };
    const answers = await Promise.all(
      events.map(async (event): Promise<DecidedEvent | undefined> => {
        const decision = evaluator.evaluate(event, stream);
        return 'now' in decision ? decision.now : decision.later();
      }),
    );
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
    const viewers = only(accountId);
    const isHidden = await Promise.all(
      events.map(async (event) => {
        const related = readRelatedAccounts(event);
        if (related === 'none' || related === 'unreadable') {
          return related === 'unreadable';
        }
        const facts = await this.#options.store.facts({ viewers, ...related, language: null });
        return facts.hiddenFrom.has(accountId);
      }),
    );
    return events.filter((_, index) => isHidden[index] === false);
  }
}

function only(accountId: string): ViewerSet {
  return { accountIds: [accountId], has: (other) => other === accountId };
}

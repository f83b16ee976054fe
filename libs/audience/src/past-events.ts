import { statusEvents, type StreamEvent, type ViewerSet } from '@fedistream/domain';
import { from, lastValueFrom, toArray } from 'rxjs';
import { StoreUnavailable, type AudienceStore } from './audience-store.js';
import { applyFilters } from './evaluation/apply-filters.js';
import type { AudienceEvaluator } from './evaluation/audience-evaluator.js';
import type { DecidedEvent } from './evaluation/decided-event.js';
import type { FilterCache } from './filters/filter-cache.js';
import type { QueueContext } from './queue/decision.js';
import type { ClosedBy } from './rules/rule.js';
import { readAuthor } from './status/author.js';
import { readStatus } from './status/status.js';

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
   * since. An event without a known author passes.
   *
   * @returns the events that the viewer receives, in order
   * @throws StoreUnavailable
   */
  async withoutHidden(events: readonly StreamEvent[], accountId: string): Promise<readonly StreamEvent[]> {
    const viewers = only(accountId);
    const isHidden = await Promise.all(
      events.map(async (event) => {
        const authors = authorsOf(event);
        const facts = authors && (await this.#options.store.facts({ viewers, ...authors, language: null }));
        return facts?.hiddenFrom.has(accountId) === true;
      }),
    );
    return events.filter((_, index) => isHidden[index] === false);
  }
}

function only(accountId: string): ViewerSet {
  return { accountIds: [accountId], has: (other) => other === accountId };
}

interface Authors {
  readonly authorIds: readonly string[];
  readonly accountIds: readonly string[];
  readonly domains: readonly string[];
}

/** The accounts of a status or notification whose relationships with the viewer decide. `undefined`: none are known. */
function authorsOf(event: StreamEvent): Authors | undefined {
  if (statusEvents.has(event.name)) {
    const status = readStatus(event);
    return status && { authorIds: status.authorIds, accountIds: status.accountIds, domains: status.domains };
  }
  if (event.name !== 'notification' || typeof event.payload !== 'object' || event.payload === null) {
    return undefined;
  }
  const { account, status } = event.payload as { readonly account?: unknown; readonly status?: unknown };
  const about: unknown = typeof status === 'object' && status !== null ? Reflect.get(status, 'account') : undefined;
  const authors = [readAuthor(account), readAuthor(about)].filter((author) => author !== undefined);
  const ids = [...new Set(authors.map(({ id }) => id))];
  return { authorIds: ids, accountIds: ids, domains: [...new Set(authors.flatMap(({ domains }) => domains))] };
}

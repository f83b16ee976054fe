import { Logger } from '@nestjs/common';
import { forEveryone, statusEvents, type Selection, type StreamEvent, type ViewerSet } from '@fedistream/domain';
import { LogThrottle } from '@fedistream/util';
import type { AudienceStatistics } from '../audience-statistics.js';
import type { AudienceStore } from '../audience-store.js';
import { toSelection } from './to-selection.js';
import type { FilterCache } from '../filters/filter-cache.js';
import { filteredMember, filteredVariants } from '../filters/filtered-variants.js';
import { searchableText } from '../filters/searchable-text.js';
import { isClosedAltogether } from '../rules/feed-access.js';
import { rules } from '../rules/index.js';
import type { ClosedBy, RuleInput, RuleResult } from '../rules/rule.js';
import { isPublic } from '../rules/visibility.js';
import { readStatus, resemblesStatus, type Status } from '../status/status.js';
import type { Decision } from '../queue/ordered-queue.js';

/** For whom a decision is wanted: those who listen when the store is asked, again for each try. */
export interface EvaluationTarget {
  readonly closedBy: ClosedBy | undefined;
  viewers(): ViewerSet;
}

/** Applies the rules to one event after the other. Knows nothing of order, retries or time. */
export class AudienceEvaluator {
  readonly #logger = new Logger('Audience');
  readonly #notPublic = new LogThrottle();
  readonly #malformed = new LogThrottle();
  readonly #store: AudienceStore;
  readonly #filters: FilterCache;
  readonly #statistics: AudienceStatistics;

  constructor(store: AudienceStore, filters: FilterCache, statistics: AudienceStatistics) {
    this.#store = store;
    this.#filters = filters;
    this.#statistics = statistics;
  }

  /**
   * Decides at once what needs no database, and otherwise says how to decide. Each try reads everything anew and is for
   * those who listen at its beginning, so nobody receives what was decided without them.
   */
  evaluate(event: StreamEvent, hearing: EvaluationTarget): Decision<Selection> {
    if (!statusEvents.has(event.name) && !resemblesStatus(event.payload)) {
      const { closedBy } = hearing;
      const decision =
        closedBy === undefined
          ? { now: forEveryone(event) }
          : { later: () => this.#judgeOther(event, hearing, closedBy) };
      return { ...decision, takesBack: true };
    }
    const status = readStatus(event.payload);
    if (!status) {
      this.#statistics.dropped.malformed++;
      this.#malformed.run((suffix) => {
        this.#logger.warn(`A status without a known author or visibility was dropped${suffix}`);
      });
      return { now: undefined };
    }
    if (!isPublic(status)) {
      this.#statistics.dropped.visibility++;
      this.#notPublic.run((suffix) => {
        this.#logger.warn(`A status that is not public was published for a public stream; dropped${suffix}`);
      });
      return { now: undefined };
    }
    return { later: () => this.#judgeStatus(event, status, hearing) };
  }

  /** An event that is no status passes, unless the whole feed is closed: then it tells something about what is in it. */
  async #judgeOther(event: StreamEvent, hearing: EvaluationTarget, closedBy: ClosedBy): Promise<Selection | undefined> {
    const viewers = hearing.viewers();
    if (viewers.accountIds.length === 0) {
      return undefined;
    }
    if (!isClosedAltogether(await this.#store.feedAccess(), closedBy)) {
      return forEveryone(event);
    }
    const onlyFor = await this.#store.mayViewClosedFeeds(viewers);
    return toSelection(viewers, [{ onlyFor }], event);
  }

  async #judgeStatus(event: StreamEvent, status: Status, hearing: EvaluationTarget): Promise<Selection | undefined> {
    const viewers = hearing.viewers();
    if (viewers.accountIds.length === 0) {
      return undefined;
    }
    const { authorIds, accountIds, domains, language } = status;
    const facts = await this.#store.facts({ viewers, authorIds, accountIds, domains, language });
    const mayViewClosedFeeds = async () => facts.mayViewClosedFeeds ?? this.#store.mayViewClosedFeeds(viewers);
    const verdicts = await this.#verdicts({
      event,
      status,
      closedBy: hearing.closedBy,
      viewers,
      facts,
      mayViewClosedFeeds,
    });
    // What the platform has not called a status leaves as it came.
    if (!statusEvents.has(event.name) || Object.hasOwn(status.entity, filteredMember)) {
      this.#statistics.evaluated++;
      return toSelection(viewers, verdicts, event);
    }
    // Asked again after each load: filters may change while they are read.
    for (let missing; (missing = this.#filters.missing(viewers)).length > 0;) {
      await this.#filters.load(missing);
    }
    const { proper, statusIds } = status;
    const results = this.#filters.resultsFor(viewers, { text: () => searchableText(proper), statusIds }, Date.now());
    this.#statistics.evaluated++;
    return toSelection(
      viewers,
      verdicts,
      event.withMember(filteredMember, '[]'),
      results.size > 0 ? filteredVariants(event, results) : undefined,
    );
  }

  async #verdicts(matter: RuleInput): Promise<readonly RuleResult[]> {
    const verdicts: RuleResult[] = [];
    for (const rule of rules) {
      verdicts.push(await rule.evaluate(matter));
    }
    return verdicts;
  }
}

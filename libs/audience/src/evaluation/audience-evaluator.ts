import { Logger } from '@nestjs/common';
import { statusEvents, type StreamEvent } from '@fedistream/domain';
import { LogThrottle } from '@fedistream/util';
import type { AudienceStatistics, DropReason } from '../audience-statistics.js';
import type { AudienceStore } from '../audience-store.js';
import { filteredMember, filterSubjectsOf } from '../filters/filter-subject.js';
import type { Decision } from '../queue/decision.js';
import { isClosedAltogether } from '../rules/feed-access.js';
import { rules } from '../rules/index.js';
import type { ClosedBy, RuleResult } from '../rules/rule.js';
import { isPublic } from '../rules/visibility.js';
import { readStatus, type Status } from '../status/status.js';
import { joinResults, passes, type DecidedEvent } from './decided-event.js';
import type { EvaluationTarget } from './evaluation-target.js';
import { keepsDeclaration, showsNothing } from './harmless-event.js';

const dropMessages = {
  visibility: 'it, or a status within it, is not public',
  malformed: 'it is a status whose author, visibility or nested statuses cannot be known',
  undeclared: 'it is no status, and the stream does not declare its type as carrying none',
} as const satisfies Partial<Record<DropReason, string>>;

/** Applies the rules to one event at a time. Order, retries and deadlines are the queue's. */
export class AudienceEvaluator {
  readonly #logger = new Logger('Audience');
  readonly #dropLogs = { visibility: new LogThrottle(), malformed: new LogThrottle(), undeclared: new LogThrottle() };

  constructor(
    private readonly store: AudienceStore,
    private readonly statistics: AudienceStatistics,
    private readonly maxGatherMs: number,
  ) {}

  /**
   * Decides at once where no database is needed, and otherwise says how to decide. An event passes only when it is known to
   * be harmless: a status that was read with every status within it and is decided about, a payload that shows nothing, or
   * a type that the stream declares as carrying no status. Each attempt reads everything anew, for the viewers at its
   * beginning, so that no viewer receives what was decided without them.
   */
  evaluate(event: StreamEvent, target: EvaluationTarget): Decision<DecidedEvent> {
    const mustBeStatus = statusEvents.has(event.name);
    if (!mustBeStatus && showsNothing(event)) {
      return this.#pass(event, target);
    }
    const status = readStatus(event);
    if (status) {
      return isPublic(status)
        ? { later: () => this.#decideStatus(event, status, target) }
        : this.#drop(event, 'visibility');
    }
    if (mustBeStatus) {
      return this.#drop(event, 'malformed');
    }
    return target.eventsWithoutStatus.has(event.name) && keepsDeclaration(event)
      ? this.#pass(event, target)
      : this.#drop(event, 'undeclared');
  }

  #drop({ name }: StreamEvent, reason: keyof typeof dropMessages): Decision<DecidedEvent> {
    this.statistics.dropped[reason]++;
    this.#dropLogs[reason].run((suffix) => {
      this.#logger.warn(`Dropped an event "${name}" from a filtered stream: ${dropMessages[reason]}${suffix}`);
    });
    return { now: undefined };
  }

  #pass(event: StreamEvent, target: EvaluationTarget): Decision<DecidedEvent> {
    const { closedBy } = target;
    const decision =
      closedBy === undefined ? { now: passes(event) } : { later: () => this.#decideOther(event, target, closedBy) };
    return { ...decision, isRetraction: true };
  }

  /** An event that is no status passes, unless the whole feed is closed: it would tell something about the feed. */
  async #decideOther(
    event: StreamEvent,
    target: EvaluationTarget,
    closedBy: ClosedBy,
  ): Promise<DecidedEvent | undefined> {
    const viewers = target.viewers();
    if (viewers.accountIds.length === 0) {
      return undefined;
    }
    if (!isClosedAltogether(await this.store.feedAccess(), closedBy)) {
      return passes(event);
    }
    return joinResults(event, viewers, [{ onlyFor: await this.store.mayViewClosedFeeds(viewers) }]);
  }

  async #decideStatus(event: StreamEvent, status: Status, target: EvaluationTarget): Promise<DecidedEvent | undefined> {
    const { closedBy } = target;
    const viewers = target.viewers();
    if (viewers.accountIds.length === 0) {
      return undefined;
    }
    const { authorIds, accountIds, domains, language } = status;
    const facts = await this.store.facts({
      viewers,
      authorIds,
      accountIds,
      domains,
      language,
      maxGatherMs: this.maxGatherMs,
    });
    const mayViewClosedFeeds = async () => facts.mayViewClosedFeeds ?? this.store.mayViewClosedFeeds(viewers);
    const results: RuleResult[] = [];
    for (const rule of rules) {
      results.push(await rule.evaluate({ event, status, closedBy, viewers, facts, mayViewClosedFeeds }));
    }
    this.statistics.evaluated++;
    // Events of other names, and statuses that carry filter results already, leave as they were published.
    const isFiltered = statusEvents.has(event.name) && !Object.hasOwn(status.entity, filteredMember);
    return joinResults(event, viewers, results, isFiltered ? filterSubjectsOf(status) : []);
  }
}

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
import type { EvaluatedStream } from './evaluated-stream.js';
import { keepsDeclaration, showsNothing } from './harmless-event.js';

const dropMessages = {
  visibility: 'its status, or one within it, is not public',
  malformed: 'its status has an unknown author, visibility or nested status',
  undeclared: 'it is not a status, and the stream does not list its type in eventsWithoutStatus',
} as const satisfies Partial<Record<DropReason, string>>;

/** Applies the rules to one event at a time. `OrderedQueue` handles order, retries and deadlines. */
export class AudienceEvaluator {
  readonly #logger = new Logger('Audience');
  readonly #dropLogs = { visibility: new LogThrottle(), malformed: new LogThrottle(), undeclared: new LogThrottle() };

  constructor(
    private readonly store: AudienceStore,
    private readonly statistics: AudienceStatistics,
    private readonly maxBatchDelayMs: number,
  ) {}

  /**
   * Decides at once if no database is needed; otherwise returns how to decide. An event passes only if it is one of these: a
   * status that was read with every status within it and is decided about; a payload that shows nothing; a type that the
   * stream declares as carrying no status. Each attempt reads all facts again, for the viewers at its beginning. So no
   * viewer receives an event that was decided without that viewer.
   */
  evaluate(event: StreamEvent, stream: EvaluatedStream): Decision<DecidedEvent> {
    const mustBeStatus = statusEvents.has(event.name);
    if (!mustBeStatus && showsNothing(event)) {
      return this.#pass(event, stream);
    }
    const status = readStatus(event);
    if (status) {
      return isPublic(status)
        ? { later: () => this.#decideStatus(event, status, stream) }
        : this.#drop(event, 'visibility');
    }
    if (mustBeStatus) {
      return this.#drop(event, 'malformed');
    }
    return stream.eventsWithoutStatus.has(event.name) && keepsDeclaration(event)
      ? this.#pass(event, stream)
      : this.#drop(event, 'undeclared');
  }

  #drop({ name }: StreamEvent, reason: keyof typeof dropMessages): Decision<DecidedEvent> {
    this.statistics.dropped[reason]++;
    this.#dropLogs[reason].run((suffix) => {
      this.#logger.warn(`Dropped an event "${name}" of a per-viewer stream: ${dropMessages[reason]}${suffix}`);
    });
    return { now: undefined };
  }

  #pass(event: StreamEvent, stream: EvaluatedStream): Decision<DecidedEvent> {
    const { closedBy } = stream;
    const decision =
      closedBy === undefined ? { now: passes(event) } : { later: () => this.#decideOther(event, stream, closedBy) };
    return { ...decision, isRetraction: true };
  }

  /** An event without a status passes unless the whole feed is closed: then the event would reveal activity of the feed. */
  async #decideOther(
    event: StreamEvent,
    stream: EvaluatedStream,
    closedBy: ClosedBy,
  ): Promise<DecidedEvent | undefined> {
    const viewers = stream.viewers();
    if (viewers.accountIds.length === 0) {
      return undefined;
    }
    if (!isClosedAltogether(await this.store.feedAccess(), closedBy)) {
      return passes(event);
    }
    return joinResults(event, viewers, [{ onlyFor: await this.store.mayViewClosedFeeds(viewers) }]);
  }

  async #decideStatus(event: StreamEvent, status: Status, stream: EvaluatedStream): Promise<DecidedEvent | undefined> {
    const { closedBy } = stream;
    const viewers = stream.viewers();
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
      maxBatchDelayMs: this.maxBatchDelayMs,
    });
    const mayViewClosedFeeds = async () => facts.mayViewClosedFeeds ?? this.store.mayViewClosedFeeds(viewers);
    const results: RuleResult[] = [];
    for (const rule of rules) {
      results.push(await rule.evaluate({ event, status, closedBy, viewers, facts, mayViewClosedFeeds }));
    }
    this.statistics.evaluated++;
    // Other event types, and statuses that the publisher has filtered already, are emitted as published.
    const isFiltered = statusEvents.has(event.name) && !Object.hasOwn(status.entity, filteredMember);
    return joinResults(event, viewers, results, isFiltered ? filterSubjectsOf(status) : []);
  }
}

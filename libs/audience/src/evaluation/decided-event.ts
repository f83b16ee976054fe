import type { StreamEvent, ViewerSet } from '@fedistream/domain';
import type { FilterSubject } from '../filters/filter-subject.js';
import type { RuleResult } from '../rules/rule.js';

/** An event that the rules have decided about. Filters are still to be applied. */
export interface DecidedEvent {
  readonly event: StreamEvent;
  /** The viewers that were decided about; no other viewer receives the event. `undefined`: all receive it. */
  readonly viewers: ViewerSet | undefined;
  /** The viewers that do not receive the event. */
  readonly hiddenFrom: ReadonlySet<string>;
  /** The statuses that filters are applied to; none for an event that is emitted as published. */
  readonly subjects: readonly FilterSubject[];
}

const noViewers: ReadonlySet<string> = new Set();
const noSubjects: readonly FilterSubject[] = [];

/** An event that all viewers receive as it was published. */
export function passes(event: StreamEvent): DecidedEvent {
  return { event, viewers: undefined, hiddenFrom: noViewers, subjects: noSubjects };
}

/** Joins the results of all rules: a viewer receives the event when no rule hides it. */
export function joinResults(
  event: StreamEvent,
  viewers: ViewerSet,
  results: readonly RuleResult[],
  subjects: readonly FilterSubject[] = noSubjects,
): DecidedEvent {
  const hiddenFrom = new Set<string>();
  for (const { onlyFor, hiddenFrom: hidden } of results) {
    hidden?.forEach((accountId) => hiddenFrom.add(accountId));
    if (onlyFor) {
      viewers.accountIds
        .filter((accountId) => !onlyFor.has(accountId))
        .forEach((accountId) => hiddenFrom.add(accountId));
    }
  }
  return { event, viewers, hiddenFrom, subjects };
}

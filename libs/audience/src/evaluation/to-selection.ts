import { Selection, type StreamEvent, type ViewerSet } from '@fedistream/domain';
import type { FilterCache } from '../filters/filter-cache.js';
import type { FilteredCopies } from '../filters/filtered-copies.js';
import type { FilterResult } from '../filters/filter-result.js';
import type { DecidedEvent } from './decided-event.js';

/**
 * Applies filters to a decided event. The filters of all `viewers` MUST have been loaded, unless the event is hidden or
 * excluded from them.
 *
 * @param viewers the viewers that may receive it; `undefined` for all
 * @param excluded viewers that do not receive it with this selection
 */
export function toSelection(
  { event, hiddenFrom, subjects }: DecidedEvent,
  copies: FilteredCopies,
  filters: FilterCache,
  viewers: ViewerSet | undefined,
  excluded: Iterable<string> = [],
): Selection {
  const exceptions = new Map<string, StreamEvent | null>();
  if (viewers !== undefined && subjects.length > 0) {
    const now = Date.now();
    const bySubject = subjects.map((subject) => filters.resultsFor(viewers, subject, now));
    for (const accountId of accountsIn(bySubject)) {
      exceptions.set(accountId, copies.with(bySubject.map((results) => results.get(accountId))));
    }
  }
  for (const accountId of hiddenFrom) {
    exceptions.set(accountId, null);
  }
  for (const accountId of excluded) {
    exceptions.set(accountId, null);
  }
  return new Selection(subjects.length > 0 ? copies.unmatched : event, exceptions, viewers);
}

function accountsIn(bySubject: readonly ReadonlyMap<string, readonly FilterResult[]>[]): Set<string> {
  return new Set(bySubject.flatMap((results) => [...results.keys()]));
}

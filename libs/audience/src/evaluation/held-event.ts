import type { ViewerSet } from '@fedistream/domain';
import type { FilteredCopies } from '../filters/filtered-copies.js';
import type { QueuedSize } from '../queue/queue-limit.js';
import type { DecidedEvent } from './decided-event.js';

/** An event that some viewers have not received yet, because their filters are being loaded. */
export interface HeldEvent {
  readonly decided: DecidedEvent;
  readonly copies: FilteredCopies;
  /** The viewers that have not received it. */
  readonly waiting: Set<string>;
  readonly size: QueuedSize;
  /** When it is dropped for the viewers that still wait, by `performance.now()`. */
  readonly dueMs: number;
}

/** A subset of the viewers of an event. Returns the same object if these are all of them: receivers compare by identity. */
export function subsetOf(viewers: ViewerSet | undefined, accountIds: readonly string[]): ViewerSet {
  if (viewers?.accountIds.length === accountIds.length) {
    return viewers;
  }
  const present = new Set(accountIds);
  return { accountIds, has: (accountId) => present.has(accountId) };
}

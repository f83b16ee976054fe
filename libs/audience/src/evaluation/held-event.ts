import type { ViewerSet } from '@fedistream/domain';
import type { FilteredCopies } from '../filters/filtered-copies.js';
import type { QueuedSize } from '../queue/queue-limit.js';
import type { DecidedEvent } from './decided-event.js';

/** An event that some viewers have not received yet, because their filters, or those of an event before it, are loading. */
export interface HeldEvent {
  readonly decided: DecidedEvent;
  readonly copies: FilteredCopies;
  /** The viewers that have not received it. */
  readonly waiting: Set<string>;
  readonly size: QueuedSize;
  /** When it is dropped for the viewers that still wait, by `performance.now()`. */
  readonly dueMs: number;
}

/** Some of the viewers of an event; the original set when these are all of them, by which receivers recognise it. */
export function subsetOf(viewers: ViewerSet | undefined, accountIds: readonly string[]): ViewerSet {
  if (viewers?.accountIds.length === accountIds.length) {
    return viewers;
  }
  const present = new Set(accountIds);
  return { accountIds, has: (accountId) => present.has(accountId) };
}

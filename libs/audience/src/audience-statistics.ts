import { Injectable } from '@nestjs/common';

/**
 * Why an event was dropped for all viewers.
 *
 * - `visibility`: it, or a status within it, is not public
 * - `malformed`: a status that cannot be decided about
 * - `undeclared`: not known to be harmless: no status, no id, and no event type that the stream declares as carrying none
 * - `overflow`: the waiting events exceed their limit, in number or in bytes
 * - `late`: no decision within `maxWaitMs`
 * - `error`: a rule threw
 */
export type DropReason = 'visibility' | 'malformed' | 'undeclared' | 'overflow' | 'late' | 'error';

/** Counters since the start, and gauges. */
@Injectable()
export class AudienceStatistics {
  /** Statuses decided for all viewers of a stream. */
  evaluated = 0;

  /** Events dropped for all viewers, by reason. */
  readonly dropped: Record<DropReason, number> = {
    visibility: 0,
    malformed: 0,
    undeclared: 0,
    overflow: 0,
    late: 0,
    error: 0,
  };

  /** Events that single viewers did not receive because their own filters could not be loaded in time; one for each viewer. */
  droppedForViewer = 0;

  /** Look-ups sent to the store, and how many of them failed. */
  statements = 0;
  statementsFailed = 0;

  /** Accounts whose filters were loaded. */
  filterLoads = 0;

  /** Gauges: events that wait for a decision, behind one that does, or for filters; and the size of their texts in bytes. */
  waiting = 0;
  waitingBytes = 0;

  /** Gauges: accounts whose filters are loaded, and different keywords among them. */
  filterAccounts = 0;
  keywords = 0;
}

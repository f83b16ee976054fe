import { Injectable } from '@nestjs/common';

/** Why an event, or what was left of it, went to nobody. */
export type DropReason = 'visibility' | 'malformed' | 'overflow' | 'late' | 'error';

/** Counters since the start, and gauges, for whoever exposes them. */
@Injectable()
export class AudienceStatistics {
  /** Statuses that have been decided for everybody who listens. */
  evaluated = 0;

  /**
   * Events dropped for all: not `public`; without a known author or visibility; too many waiting; no decision in time;
   * a rule that threw.
   */
  readonly dropped: Record<DropReason, number> = { visibility: 0, malformed: 0, overflow: 0, late: 0, error: 0 };

  /** Statements asked of the store, and those of them that failed or did not answer in time. */
  statements = 0;
  statementsFailed = 0;

  /** Accounts whose filters were loaded. */
  filterLoads = 0;

  /** Gauge: events that wait for a decision, or behind one that does. */
  waiting = 0;

  /** Gauges: accounts whose filters are known, and different keywords among them. */
  filterAccounts = 0;
  keywords = 0;
}

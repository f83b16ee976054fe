import type { AudienceStatistics } from '@fedistream/audience';
import { counter, counterBy, gauge, type Metric } from './metric.js';

/** The decisions who may see an event, and what they wait for. */
export function audienceMetrics(audience: AudienceStatistics): readonly Metric[] {
  const name = (rest: string) => `fedistream_audience_${rest}`;
  return [
    counter(name('evaluated_total'), 'Statuses evaluated for their listeners', () => audience.evaluated),
    counterBy(name('dropped_total'), 'Events dropped for all viewers', 'reason', () => audience.dropped),
    counter(name('statements_total'), 'SQL statements sent to evaluate statuses', () => audience.statements),
    counter(
      name('statements_failed_total'),
      'Statements that failed or exceeded their deadline',
      () => audience.statementsFailed,
    ),
    gauge(name('waiting'), 'Events waiting for their evaluation', () => audience.waiting),
    gauge(name('waiting_bytes'), 'Size of the events waiting for their evaluation', () => audience.waitingBytes),
    counter(
      name('dropped_for_viewer_total'),
      'Events that a viewer did not receive because the filters of that viewer could not be loaded in time',
      () => audience.droppedForViewer,
    ),
    gauge(name('filter_accounts'), 'Accounts whose filters are cached', () => audience.filterAccounts),
    gauge(name('filter_keywords'), 'Different keywords in the cached filters', () => audience.keywords),
    counter(name('filter_loads_total'), "Loads of an account's filters", () => audience.filterLoads),
  ];
}

import type { FilterRecord } from './filter-record.js';

/** The filter within a result: `Filter` of Mastodon's API without keywords and statuses, as REST sends it. */
export interface FilterSummary {
  readonly id: string;
  readonly title: string;
  readonly context: readonly string[];
  readonly expires_at: string | null;
  readonly filter_action: 'warn' | 'hide' | 'blur';
}

/** `FilterResult` of Mastodon's API: a filter that matched, and what it matched. Members are in REST's order. */
export interface FilterResult {
  readonly filter: FilterSummary;
  /** The first match as the status spells it; `null` when no keyword matched. */
  readonly keyword_matches: readonly string[] | null;
  /** The ids that the filter names, of the status and the one it boosts; `null` when it names neither. */
  readonly status_matches: readonly string[] | null;
}

/** The largest time value of a Date, in ms (ECMAScript). PostgreSQL has later timestamps, and `infinity`. */
const maxDateMs = 8.64e15;

/** The summary of a filter, made once and shared by its results. */
export function summarise({ id, title, context, expiresAt, action }: FilterRecord): FilterSummary {
  return {
    id,
    title,
    context,
    expires_at: expiresAt !== null && Math.abs(expiresAt) <= maxDateMs ? new Date(expiresAt).toISOString() : null,
    filter_action: action,
  };
}

import type { FilterRecord } from './filter-record.js';

/** How a filter is told within a result (`Filter` of Mastodon's API, without its keywords and statuses, as in REST). */
export interface FilterSummary {
  readonly id: string;
  readonly title: string;
  readonly context: readonly string[];
  readonly expires_at: string | null;
  readonly filter_action: 'warn' | 'hide' | 'blur';
}

/** `FilterResult` of Mastodon's API: a filter that matched, and by what. The order of members is the one REST has. */
export interface FilterResult {
  readonly filter: FilterSummary;
  /** The first match as the status has it; `null` when no keyword matched. */
  readonly keyword_matches: readonly string[] | null;
  /** The ids that the filter names, of the status and the one it boosts; `null` when it names neither. */
  readonly status_matches: readonly string[] | null;
}

/** The furthest moment from 1970 that a Date can tell; PostgreSQL has more, and `infinity`. */
const latestDate = 8.64e15;

/** Made once for each filter, shared by its results. */
export function summarise({ id, title, context, expiresAt, action }: FilterRecord): FilterSummary {
  return {
    id,
    title,
    context,
    expires_at: expiresAt !== null && Math.abs(expiresAt) <= latestDate ? new Date(expiresAt).toISOString() : null,
    filter_action: action,
  };
}

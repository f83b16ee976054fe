import type { FilterRecord } from '@fedistream/audience';
import type { Columns } from '../schema/columns.js';
import { milliseconds } from '../connection/utc.js';

/** One filter with all that belongs to it, as the database answers. */
export interface FilterRow {
  readonly accountId: string;
  readonly id: string;
  readonly title: string;
  readonly context: readonly string[];
  readonly expiresAt: number | null;
  readonly action: number;
  readonly keywords: FilterRecord['keywords'] | null;
  readonly statusIds: readonly string[] | null;
}

/** The filters of the accounts `$1 bigint[]`; `undefined` for a Mastodon whose filters only clients apply (before 4.0). */
export function filtersStatement(columns: Columns): string | undefined {
  if (!columns.has('custom_filter_keywords.id')) {
    return undefined;
  }
  const statusIds = columns.has('custom_filter_statuses.id')
    ? `(SELECT array_agg(s.status_id::text ORDER BY s.id) FROM custom_filter_statuses s WHERE s.custom_filter_id = f.id)`
    : 'NULL::text[]';
  return `SELECT f.account_id AS "accountId", f.id, f.phrase AS title, f.context, f.action,
    ${milliseconds('f.expires_at')} AS "expiresAt",
    (SELECT json_agg(json_build_object('keyword', k.keyword, 'wholeWord', k.whole_word) ORDER BY k.id)
      FROM custom_filter_keywords k WHERE k.custom_filter_id = f.id) AS keywords,
    ${statusIds} AS "statusIds"
  FROM custom_filters f WHERE f.account_id = ANY ($1::bigint[]) ORDER BY f.id`;
}

const actions: readonly FilterRecord['action'][] = ['warn', 'hide', 'blur'];

/** The filter as the rules know it. An action that we do not know warns: the author of the filter wanted something done. */
export function filterRecord({ id, title, context, expiresAt, action, keywords, statusIds }: FilterRow): FilterRecord {
  return {
    id,
    title,
    context,
    expiresAt,
    action: actions[action] ?? 'warn',
    keywords: keywords ?? [],
    statusIds: statusIds ?? [],
  };
}

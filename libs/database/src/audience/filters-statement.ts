import { filterBounds, type FilterRecord } from '@fedistream/audience';
import type { Columns } from '../schema/columns.js';
import { milliseconds } from '../connection/utc.js';

/** A row of the statement: one filter with its keywords and statuses. */
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

/** One row more than allowed shows that an account exceeds a bound. */
const most = {
  filters: filterBounds.filters + 1,
  keywords: filterBounds.keywords + 1,
  statuses: filterBounds.statuses + 1,
};
/** A keyword with more bytes than this exceeds the bound. PostgreSQL knows the length without reading the text. */
const keywordBytes = 4 * filterBounds.keywordCharacters;

/**
 * Selects the filters of the accounts `$1 bigint[]`; `undefined` for a Mastodon before 4.0, where only clients apply filters.
 *
 * The bounds apply to each account before sorting: rows beyond them are neither sorted nor sent. For an account that exceeds
 * them it is undefined which keywords and statuses are returned. For all others all are returned, in the order of ids.
 */
export function filtersStatement(columns: Columns): string | undefined {
  if (!columns.has('custom_filter_keywords.id')) {
    return undefined;
  }
  const hasStatuses = columns.has('custom_filter_statuses.id');
  return `WITH keywords AS MATERIALIZED (
    SELECT k.*, sum(char_length(keyword)) OVER (PARTITION BY a ORDER BY k.id) - char_length(keyword) AS before
    FROM unnest($1::bigint[]) a CROSS JOIN LATERAL (
      SELECT k.custom_filter_id, k.id, k.keyword, k.whole_word FROM (${filtersOf('id')}) f
      JOIN custom_filter_keywords k ON k.custom_filter_id = f.id AND octet_length(k.keyword) <= ${keywordBytes}
      LIMIT ${most.keywords}) k
  )${hasStatuses ? statuses : ''}
  SELECT f.account_id AS "accountId", f.id, left(f.phrase, ${filterBounds.titleCharacters}) AS title, f.context, f.action,
    ${milliseconds('f.expires_at')} AS "expiresAt", k.keywords, ${hasStatuses ? 's.ids' : 'NULL::text[]'} AS "statusIds"
  FROM unnest($1::bigint[]) a CROSS JOIN LATERAL (${filtersOf('*')}) f
  LEFT JOIN (
    SELECT custom_filter_id, json_agg(json_build_object('keyword', keyword, 'wholeWord', whole_word) ORDER BY id) AS keywords
    FROM keywords WHERE before <= ${filterBounds.keywordCharacters} GROUP BY custom_filter_id) k ON k.custom_filter_id = f.id
  ${hasStatuses ? 'LEFT JOIN statuses s ON s.custom_filter_id = f.id' : ''}
  ORDER BY f.id`;
}

function filtersOf(columns: '*' | 'id'): string {
  return `SELECT ${columns} FROM custom_filters WHERE account_id = a ORDER BY id LIMIT ${most.filters}`;
}

const statuses = `, statuses AS MATERIALIZED (
    SELECT custom_filter_id, array_agg(status_id::text ORDER BY s.id) AS ids
    FROM unnest($1::bigint[]) a CROSS JOIN LATERAL (
      SELECT s.custom_filter_id, s.id, s.status_id FROM (${filtersOf('id')}) f
      JOIN custom_filter_statuses s ON s.custom_filter_id = f.id LIMIT ${most.statuses}) s
    GROUP BY custom_filter_id
  )`;

const actions: readonly FilterRecord['action'][] = ['warn', 'hide', 'blur'];

/** Converts a row for the rules. An unknown action becomes `warn`, so that the filter still has an effect. */
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

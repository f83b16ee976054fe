import type { Columns } from '../columns.js';
import { utcNow } from '../utc.js';
import { feedAccessSelect } from './feed-access-statement.js';

/** What the rows of the answer are about. */
export type FactKind = 'against' | 'author' | 'domain' | 'users' | 'feed';

/** One row of the answer; what `subject` and `content` are depends on the kind, see {@link factsStatement}. */
export type FactRow = readonly [kind: FactKind, subject: string | null, content: string | null];

/** A part of the statement that is left out where nothing asks for it. */
export interface FactsParts {
  readonly domains: boolean;
}

/**
 * The statement about one or several statuses and everybody who listens. Its parameters:
 *
 * - `$1 bigint[]`, `$2 tid[]`, `$3 bigint[]`: the viewers, see `ViewerParameters`
 * - `$4 bigint[]`: the accounts that a viewer may have blocked or muted
 * - `$5 bigint[]`: the authors, who may have blocked viewers
 * - `$6 bigint`: how many relations of one account are read before each viewer is looked up instead
 * - `$7 varchar[]`: the languages; NULL among them for a status without one
 * - `$8 varchar[]`: the domains, with that part only
 *
 * Its rows: `against`, an account of `$4`, the accounts (not only viewers) that block or mute it · `author`, an author,
 * the accounts that it blocks · `domain`, a domain, the viewers that block it · `feed`, the name of a setting, its value ·
 * `users`, see below.
 *
 * How it stays cheap, in this order: an account has few enemies, so they are read by the index on the target, at most
 * `$6` (`near`). Who has more (`far`) costs one probe into the unique index for each viewer. A viewer's domains and row
 * of `users` cost one probe each. So the work is bounded by viewers and accounts, whoever blocks how many.
 *
 * What the planner is kept from: an array that it can see into is estimated member by member at each planning, hence
 * `(SELECT $1)`; `OFFSET 0` keeps the probes probes, as a join they could be planned by the index on the target.
 */
export function factsStatement(columns: Columns, { domains }: FactsParts): string {
  const muteEnd = columns.has('mutes.expires_at') ? 'expires_at' : 'NULL::timestamp';
  return `WITH near (kind, subject, account, ends) AS MATERIALIZED (
  SELECT 'block', t, account_id, NULL::timestamp FROM unnest($4::bigint[]) t
    CROSS JOIN LATERAL (SELECT account_id FROM blocks WHERE target_account_id = t LIMIT $6) x
  UNION ALL SELECT 'mute', t, account_id, ends FROM unnest($4::bigint[]) t
    CROSS JOIN LATERAL (SELECT account_id, ${muteEnd} AS ends FROM mutes WHERE target_account_id = t LIMIT $6) x
  UNION ALL SELECT 'author', a, target_account_id, NULL FROM unnest($5::bigint[]) a
    CROSS JOIN LATERAL (SELECT target_account_id FROM blocks WHERE account_id = a LIMIT $6) x
), far (kind, subject, account, ends) AS (
  SELECT kind, subject, v, NULL::timestamp
  FROM (SELECT kind, subject FROM near GROUP BY 1, 2 HAVING count(*) >= $6) many, unnest((SELECT ${viewers})) v
  WHERE CASE kind
    WHEN 'block' THEN EXISTS (SELECT FROM blocks WHERE account_id = v AND target_account_id = subject OFFSET 0)
    WHEN 'mute' THEN EXISTS (SELECT FROM mutes WHERE account_id = v AND target_account_id = subject
      AND (${muteEnd} IS NULL OR ${muteEnd} > ${utcNow}) OFFSET 0)
    ELSE EXISTS (SELECT FROM blocks WHERE account_id = subject AND target_account_id = v OFFSET 0) END
), ${seenUsers}
SELECT CASE kind WHEN 'author' THEN kind ELSE 'against' END, subject::text, string_agg(account::text, ' ')
  FROM (TABLE near UNION ALL TABLE far) r WHERE ends IS NULL OR ends > ${utcNow} GROUP BY 1, 2
${selectUsers}
${domains ? selectDomains : ''}
UNION ALL ${feedAccessSelect}`;
}

const viewers = '$1::bigint[] || $3::bigint[]';

/** Accounts with chosen languages, at least one, but not all of those asked about: what they are, as JSON. */
const others = `json_agg(json_build_array(account_id::text, chosen_languages))
    FILTER (WHERE chosen_languages <> '{}' AND NOT chosen_languages @> $7::varchar[])::text`;

/**
 * First the rows of `users` where they were the last time. That these are the rows of the known accounts, all of them and
 * no others, is certain when the accounts come out equal: a row that can be seen is the only one of its account.
 */
const seenUsers = `seen AS MATERIALIZED (
  SELECT coalesce(array_agg(account_id) = $1::bigint[], false) AS settled, ${others} AS others
  FROM users WHERE ctid = ANY ((SELECT $2::tid[])::tid[])
)`;

/** Row 1: whether that was so, and the languages. Row 2: positions and languages of whom the index had to find. */
const selectUsers = `UNION ALL SELECT 'users', settled::text, others FROM seen
UNION ALL SELECT 'users', string_agg(account_id || ctid::text, ' '), ${others}
  FROM users WHERE account_id = ANY (CASE WHEN (SELECT settled FROM seen) THEN $3::bigint[] ELSE ${viewers} END)`;

const selectDomains = `UNION ALL SELECT 'domain', domain, string_agg(account_id::text, ' ') FROM account_domain_blocks
  WHERE account_id = ANY ((SELECT ${viewers})::bigint[]) AND domain = ANY ($8::varchar[]) GROUP BY domain`;

import { bigintArray } from '../connection/array-parameters.js';
import type { Columns } from '../schema/columns.js';
import { utcNow } from '../connection/utc.js';
import { mayViewClosedFeedsSelect } from './closed-feeds-statement.js';
import { feedAccessSelect } from './feed-access-statement.js';
import { relations, type RelationKind, type Subjects } from './relation.js';
import type { ViewerParameters } from './user-positions.js';

/** What a statement about one or several statuses asks. What is left out or empty costs nothing, not even planning. */
export interface FactsRequest {
  readonly viewers: ViewerParameters;
  /** Accounts whose blockers (muters, blocked accounts) are read, all of them if they are fewer than `limit`. */
  readonly scan: Subjects;
  readonly limit: number;
  /** Accounts with at least `limit` blockers: each viewer is looked up, or the viewers' own rows are read, instead. */
  readonly probe: Subjects;
  /** In lower case. */
  readonly domains: readonly string[];
  /** `null` for a status without one. */
  readonly languages: readonly (string | null)[];
  /** Which rows of `users`: where they were last seen and those of newcomers, or all by the index, or none. */
  readonly users: 'expected' | 'all' | 'none';
  readonly feedAccess: boolean;
  /** Which viewers may open closed feeds. */
  readonly mayViewClosedFeeds: boolean;
}

/**
 * One row of the answer.
 *
 * - a {@link RelationKind}: the account asked about; its blockers, viewers or not; whether there may be more
 * - `domain`: the domain; a viewer who blocks it
 * - `users`: positions (see `UserPositions`) or `null`; languages as JSON; for expected positions, whether all were right
 * - `feed`: a setting; its value
 * - `opens`: `null`; the viewers who may open closed feeds
 */
export type FactRow = readonly [
  kind: RelationKind | 'domain' | 'users' | 'feed' | 'opens',
  subject: string | null,
  content: string | null,
  flag: boolean | null,
];

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * For more accounts with many blockers than this, the viewers' own rows are read instead of looking each viewer up for
 * each of them: a status may mention any number of accounts, but what viewers have blocked and muted has an end.
 */
const maxProbed = 50;

/**
 * Puts the request in one statement, whose work is bounded by the number of viewers and of accounts asked about, however many
 * accounts one of them blocks: at most `limit` rows are read of an account, or one index entry for each viewer is looked up; a
 * viewer's domains and row of `users` are one lookup each.
 *
 * The planner is kept from two things. A value that it can see makes a plan for this very value look better than one for
 * all, and it plans anew each time, which costs as much as all the rest: hence `(SELECT $1)`. And `OFFSET 0` keeps probes
 * probes; as a join they could be planned by the index on the target.
 */
export function factsStatement(columns: Columns, request: FactsRequest): Statement {
  const parameters = new Parameters();
  const selects = [
    ...scanSelect(columns, request, parameters),
    ...probeSelects(columns, request, parameters),
    ...userSelects(request, parameters),
    ...domainSelect(request, parameters),
    ...(request.feedAccess ? [feedAccessSelect] : []),
    ...openingSelect(columns, request, parameters),
  ];
  return { text: selects.join('\nUNION ALL '), values: parameters.values };
}

class Parameters {
  readonly values: unknown[] = [];
  readonly #placeholders = new Map<unknown, string>();

  /** The same value stands in the statement as often as wanted, and is sent once. */
  add(value: unknown, type: string): string {
    let placeholder = this.#placeholders.get(value);
    if (placeholder === undefined) {
      this.values.push(value);
      placeholder = `$${this.values.length}::${type}`;
      this.#placeholders.set(value, placeholder);
    }
    return placeholder;
  }
}

/** All viewers. Added when something asks for them: a parameter that stands nowhere in a statement is an error. */
function allOf(viewers: ViewerParameters, parameters: Parameters): string {
  const known = parameters.add(viewers.known, 'bigint[]');
  return viewers.hasNewcomers ? `${known} || ${parameters.add(viewers.newcomers, 'bigint[]')}` : known;
}

function scanSelect(columns: Columns, { scan, limit }: FactsRequest, parameters: Parameters): string[] {
  const asked = relations.filter(({ kind }) => scan[kind].length > 0);
  if (asked.length === 0) {
    return [];
  }
  const limitSql = parameters.add(limit, 'bigint');
  const rows = asked.map(({ kind, table, subject, viewer }) => {
    const subjects = parameters.add(bigintArray(scan[kind]), 'bigint[]');
    // Ended mutes are left out behind the limit, or a great many of them would not be bounded by it.
    return `SELECT '${kind}' AS kind, s AS subject, r.* FROM unnest((SELECT ${subjects})) s CROSS JOIN LATERAL
    (SELECT ${viewer} AS viewer, ${isInForce(table, columns)} AS in_force FROM ${table} WHERE ${subject} = s
      LIMIT (SELECT ${limitSql})) r`;
  });
  return [
    `SELECT kind, subject::text, string_agg(viewer::text, ' ') FILTER (WHERE in_force), count(*) >= ${limitSql}
  FROM (${rows.join('\n  UNION ALL ')}) scan GROUP BY kind, subject`,
  ];
}

function probeSelects(columns: Columns, { probe, viewers }: FactsRequest, parameters: Parameters): string[] {
  return relations
    .filter(({ kind }) => probe[kind].length > 0)
    .map(({ kind, table, subject, viewer }) => {
      const subjects = parameters.add(bigintArray(probe[kind]), 'bigint[]');
      if (probe[kind].length > maxProbed) {
        return `SELECT '${kind}', s::text, string_agg(v::text, ' '), false
  FROM (SELECT ${subject} AS s, ${viewer} AS v FROM ${table}
    WHERE ${viewer} = ANY ((SELECT ${allOf(viewers, parameters)})::bigint[]) AND ${isInForce(table, columns)} OFFSET 0) own
  WHERE s IN (SELECT unnest((SELECT ${subjects})))
  GROUP BY s`;
      }
      return `SELECT '${kind}', s::text, string_agg(v::text, ' '), false
  FROM unnest((SELECT ${subjects})) s CROSS JOIN unnest((SELECT ${allOf(viewers, parameters)})) v
  WHERE EXISTS (SELECT FROM ${table} WHERE ${subject} = s AND ${viewer} = v AND ${isInForce(table, columns)} OFFSET 0)
  GROUP BY s`;
    });
}

function userSelects({ users, viewers, languages }: FactsRequest, parameters: Parameters): string[] {
  if (users === 'none' || !(viewers.hasKnown || viewers.hasNewcomers)) {
    return [];
  }
  // The viewers who have chosen languages, at least one, but not all that are asked about: their languages as JSON.
  const chosen = `(json_agg(json_build_array(account_id::text, chosen_languages)) FILTER
    (WHERE chosen_languages <> '{}' AND NOT chosen_languages @> ${parameters.add(languages, 'varchar[]')}))::text`;
  const byIndex = (
    accounts: string,
  ) => `SELECT 'users', string_agg(account_id || ctid::text, ' '), ${chosen}, NULL::boolean
  FROM users WHERE account_id = ANY ((SELECT ${accounts})::bigint[])`;
  if (users === 'all') {
    return [byIndex(allOf(viewers, parameters))];
  }
  const selects: string[] = [];
  if (viewers.hasKnown) {
    // That these are the rows of the known accounts, all of them and no others, is certain when the accounts come out
    // equal: a row that can be seen is the only one of its account.
    selects.push(`SELECT 'users', NULL, ${chosen}, coalesce(array_agg(account_id) = ${parameters.add(viewers.known, 'bigint[]')}, false)
  FROM users WHERE ctid = ANY ((SELECT ${parameters.add(viewers.positions, 'tid[]')})::tid[])`);
  }
  if (viewers.hasNewcomers) {
    selects.push(byIndex(parameters.add(viewers.newcomers, 'bigint[]')));
  }
  return selects;
}

function openingSelect(columns: Columns, request: FactsRequest, parameters: Parameters): string[] {
  const select = request.mayViewClosedFeeds
    ? mayViewClosedFeedsSelect(columns, allOf(request.viewers, parameters))
    : undefined;
  return select === undefined ? [] : [select];
}

function domainSelect({ domains, viewers }: FactsRequest, parameters: Parameters): string[] {
  if (domains.length === 0) {
    return [];
  }
  return [
    `SELECT 'domain', domain, account_id::text, NULL::boolean FROM account_domain_blocks
  WHERE account_id = ANY ((SELECT ${allOf(viewers, parameters)})::bigint[]) AND domain = ANY (${parameters.add(domains, 'varchar[]')})`,
  ];
}

function isInForce(table: 'blocks' | 'mutes', columns: Columns): string {
  return table === 'mutes' && columns.has('mutes.expires_at')
    ? `(expires_at IS NULL OR expires_at > ${utcNow})`
    : 'true';
}

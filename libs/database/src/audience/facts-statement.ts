import { bigintArray } from '../connection/array-parameters.js';
import type { Columns } from '../schema/columns.js';
import { utcNow } from '../connection/utc.js';
import { mayViewClosedFeedsSelect } from './closed-feeds-statement.js';
import { feedAccessSelect } from './feed-access-statement.js';
import { relations, type RelationKind, type Subjects } from './relation.js';
import type { ViewerParameters } from './user-positions.js';

/** The input of a statement about one or several statuses. Empty parts are left out of the statement. */
export interface FactsRequest {
  readonly viewers: ViewerParameters;
  /** Accounts whose blockers (muters, blocked accounts) are read, all of them if they are fewer than `limit`. */
  readonly scan: Subjects;
  readonly limit: number;
  /** Accounts with at least `limit` blockers: each viewer is looked up instead, or the viewers' own rows are read. */
  readonly probe: Subjects;
  /** In lower case. */
  readonly domains: readonly string[];
  /** `null` for a status without one. */
  readonly languages: readonly (string | null)[];
  /** Which rows of `users` to read: at remembered positions (the rest by index), all by index, or none. */
  readonly users: 'expected' | 'all' | 'none';
  readonly feedAccess: boolean;
  /** Which viewers may open closed feeds. */
  readonly mayViewClosedFeeds: boolean;
}

/**
 * One row of the answer.
 *
 * - a {@link RelationKind}: the account; its blockers, viewers or not; whether there may be more
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
 * The most accounts with many blockers for which each viewer is looked up. Beyond it the viewers' own blocks and mutes are
 * read: a status may mention any number of accounts, but the viewers' own rows are bounded.
 */
const maxProbed = 50;

/**
 * Builds one statement for the request. Its work is bounded by the number of viewers and of accounts, however many accounts
 * one of them blocks. For each account it reads at most `limit` rows, or looks up one index entry for each viewer. A viewer's
 * domains and row of `users` are one look-up each.
 *
 * `(SELECT $1)` hides the parameters from the planner. Otherwise it prefers a custom plan and plans for each execution,
 * which costs as much as the execution. `OFFSET 0` keeps the subquery of a probe from becoming a join, which the planner
 * could run by the index on the target.
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

  /** Returns the placeholder of a value. Equal values share one parameter. */
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

/** SQL for all viewers. Adds their parameters on first use: PostgreSQL refuses a parameter that the statement does not use. */
function allOf(viewers: ViewerParameters, parameters: Parameters): string {
  const known = parameters.add(viewers.known, 'bigint[]');
  return viewers.hasUnknown ? `${known} || ${parameters.add(viewers.unknown, 'bigint[]')}` : known;
}

function scanSelect(columns: Columns, { scan, limit }: FactsRequest, parameters: Parameters): string[] {
  const scanned = relations.filter(({ kind }) => scan[kind].length > 0);
  if (scanned.length === 0) {
    return [];
  }
  const limitSql = parameters.add(limit, 'bigint');
  const rows = scanned.map(({ kind, table, subject, viewer }) => {
    const subjects = parameters.add(bigintArray(scan[kind]), 'bigint[]');
    // The limit counts expired mutes, too. Filtering them inside would leave the rows that are read unbounded.
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
  if (users === 'none' || !(viewers.hasKnown || viewers.hasUnknown)) {
    return [];
  }
  // The viewers who have chosen languages, but not all of `languages`: their languages as JSON.
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
    // If the accounts of the rows equal the known accounts, these are exactly their rows: an account has one visible row.
    selects.push(`SELECT 'users', NULL, ${chosen}, coalesce(array_agg(account_id) = ${parameters.add(viewers.known, 'bigint[]')}, false)
  FROM users WHERE ctid = ANY ((SELECT ${parameters.add(viewers.positions, 'tid[]')})::tid[])`);
  }
  if (viewers.hasUnknown) {
    selects.push(byIndex(parameters.add(viewers.unknown, 'bigint[]')));
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

import type { AudienceQuery } from '@fedistream/audience';
import { bigintArray } from '../connection/array-parameters.js';
import { utcNow } from '../connection/utc.js';
import type { Columns } from '../schema/columns.js';
import type { Statement } from './facts-statement.js';
import { feedAccessSelect } from './feed-access-statement.js';
import { asText } from './as-text.js';

/** Pairs of a viewer and an account of the status that the viewer may receive. */
class Pairs {
  readonly viewers: string[] = [];
  readonly accounts: string[] = [];

  add(viewers: readonly string[], accounts: readonly string[]): void {
    for (const viewer of viewers) {
      for (const account of accounts) {
        this.viewers.push(viewer);
        this.accounts.push(account);
      }
    }
  }
}

/** The number of pairs of viewer and account in a query, which bounds its index look-ups. */
export function pairsOf({ viewers, accountIds }: AudienceQuery): number {
  return viewers.accountIds.length * accountIds.length;
}

/**
 * The statement about statuses of several channels with few viewers. It looks up each pair of a viewer and an account by
 * index, so its cost is bounded by the pairs. For few viewers this costs PostgreSQL half of `factsStatement`, which reads the
 * relations of the accounts. Both return the same rows.
 *
 * For `(SELECT $1)` and `OFFSET 0` see `factsStatement`.
 */
export function fewViewersStatement(columns: Columns, queries: readonly AudienceQuery[]): Statement {
  const viewers = new Set<string>();
  const domains = new Set<string>();
  const languages = new Set<string | null>();
  const targets = new Pairs();
  const authors = new Pairs();
  for (const query of queries) {
    const { accountIds } = query.viewers;
    accountIds.forEach((accountId) => viewers.add(accountId));
    query.domains.forEach((domain) => domains.add(asText(domain.toLowerCase())));
    languages.add(query.language === null ? null : asText(query.language));
    targets.add(accountIds, query.accountIds);
    authors.add(accountIds, query.authorIds);
  }
  const expires = columns.has('mutes.expires_at') ? `AND (expires_at IS NULL OR expires_at > ${utcNow})` : '';
  const selects = [
    pairSelect('block', '$1', '$2', 'blocks WHERE account_id = v AND target_account_id = a'),
    pairSelect('mute', '$1', '$2', `mutes WHERE account_id = v AND target_account_id = a ${expires}`),
    pairSelect('author', '$3', '$4', 'blocks WHERE account_id = a AND target_account_id = v'),
    `SELECT 'users', NULL, json_build_array(json_build_array(account_id::text, chosen_languages))::text, NULL::boolean
  FROM users WHERE account_id = ANY ((SELECT $5::bigint[])::bigint[]) AND chosen_languages <> '{}'
    AND NOT chosen_languages @> (SELECT $6::varchar[])`,
    feedAccessSelect,
  ];
  const values: unknown[] = [
    ...[targets.viewers, targets.accounts, authors.viewers, authors.accounts, [...viewers]].map(bigintArray),
    [...languages],
  ];
  if (domains.size > 0) {
    values.push([...domains]);
    selects.push(`SELECT 'domain', domain, account_id::text, NULL::boolean FROM account_domain_blocks
  WHERE account_id = ANY ((SELECT $5::bigint[])::bigint[]) AND domain = ANY ($7::varchar[])`);
  }
  return { text: selects.join('\nUNION ALL '), values };
}

function pairSelect(kind: string, viewers: string, accounts: string, source: string): string {
  return `SELECT '${kind}', a::text, v::text, NULL::boolean
  FROM unnest((SELECT ${viewers}::bigint[]), (SELECT ${accounts}::bigint[])) AS pair (v, a)
  WHERE EXISTS (SELECT FROM ${source} OFFSET 0)`;
}

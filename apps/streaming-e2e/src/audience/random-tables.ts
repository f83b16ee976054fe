import * as fc from 'fast-check';

import { newId, type Account, type Fixtures, type Viewer } from '../support/index.js';
import { defaultRole } from './people.js';
import { namedIds, words } from './random-posts.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** The rows that the audience rules read. */
export interface Tables {
  readonly blocks: Rows;
  readonly mutes: Rows;
  readonly account_domain_blocks: Rows;
  readonly custom_filters: Rows;
  readonly custom_filter_keywords: Rows;
  readonly custom_filter_statuses: Rows;
  readonly settings: Rows;
  /** In the order of the viewers. */
  readonly users: readonly { readonly languages: readonly string[] | null; readonly role: string | null }[];
  /** Permissions by the id of the role. */
  readonly roles: Readonly<Record<string, bigint>>;
}

const past = '2001-01-01 00:00:00';
const future = '2101-01-01 00:00:00';
const ends = fc.constantFrom(null, past, future);

/** Random relationships, filters, roles and settings between these accounts, which include the viewers. */
export function anyTables(viewers: readonly Viewer[], people: readonly Account[]): fc.Arbitrary<Tables> {
  const viewer = fc.constantFrom(...viewers.map(({ account }) => account.id));
  const person = fc.constantFrom(...people.map(({ id }) => id));
  const pair = fc.record({ account_id: person, target_account_id: person });
  const hiding = fc.record({ account_id: viewer, target_account_id: person });
  const remote = people.flatMap(({ domain }) => (domain === undefined ? [] : [domain]));
  const some = <Row>(row: fc.Arbitrary<Row>, maxLength: number, unique = (one: Row): unknown => JSON.stringify(one)) =>
    fc.uniqueArray(row, { maxLength, selector: unique });
  const pairOf = ({ account_id: a, target_account_id: b }: { account_id: string; target_account_id: string }) => a + b;
  return fc.record({
    blocks: some(fc.oneof(hiding, pair), 3),
    mutes: some(
      fc.tuple(hiding, ends).map(([row, expires]) => ({ ...row, expires_at: expires })),
      3,
      pairOf,
    ),
    account_domain_blocks: some(fc.record({ account_id: viewer, domain: fc.constantFrom(...remote) }), 2),
    ...anyFilters(viewer),
    settings: some(
      fc.record({
        var: fc.constantFrom(
          ...['local_live', 'remote_live', 'local_topic', 'remote_topic'].map((feed) => `${feed}_feed_access`),
        ),
        value: fc.constantFrom('--- disabled\n', '--- public\n', '--- authenticated\n'),
      }),
      2,
      (row) => row.var,
    ),
    users: fc
      .tuple(
        ...viewers.map(() =>
          fc.record({
            languages: fc.constantFrom(null, null, [], ['en'], ['de', 'fr']),
            role: fc.constantFrom(null, null, '7', '8'),
          }),
        ),
      )
      .map((rows) => rows as Tables['users']),
    roles: fc.record({
      '7': fc.constantFrom(0n, 1n, 1n << 20n),
      '8': fc.constantFrom(4n, ~(1n | (1n << 20n))),
      [defaultRole]: fc.constantFrom(0n, 0n, 0n, 1n << 20n),
    }),
  });
}

function anyFilters(viewer: fc.Arbitrary<string>) {
  const filterId = fc.integer({ min: 1, max: 6 }).map(String);
  return {
    custom_filters: fc.uniqueArray(
      fc.record({
        id: filterId,
        account_id: viewer,
        phrase: fc.constantFrom(...words),
        context: fc.constantFrom(['home'], ['public', 'thread']),
        action: fc.constantFrom(0, 1, 2),
        expires_at: ends,
      }),
      { maxLength: 6, selector: ({ id }) => id },
    ),
    custom_filter_keywords: fc.array(
      fc.record({
        custom_filter_id: filterId,
        keyword: fc.constantFrom(...words, 'cat c', ' '),
        whole_word: fc.boolean(),
      }),
      { maxLength: 10 },
    ),
    custom_filter_statuses: fc.array(
      fc.record({ custom_filter_id: filterId, status_id: fc.constantFrom(...namedIds) }),
      { maxLength: 3 },
    ),
  };
}

/** Replaces the rows of the tables. */
export async function fillTables(
  fixtures: Fixtures,
  viewers: readonly Viewer[],
  { users, roles, ...tables }: Tables,
): Promise<void> {
  for (const [id, permissions] of Object.entries(roles)) {
    await fixtures.role(permissions, id);
  }
  for (const [index, { languages, role }] of users.entries()) {
    await fixtures.sql('UPDATE users SET chosen_languages = $1, role_id = $2 WHERE id = $3', [
      languages,
      role,
      viewers[index]?.user.id,
    ]);
  }
  for (const [table, rows] of Object.entries(tables)) {
    await fixtures.sql(`DELETE FROM ${table}`);
    await fixtures.sql(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
      JSON.stringify(rows.map((row) => ({ id: newId(), ...row }))),
    ]);
  }
}

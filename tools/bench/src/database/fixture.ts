import { authors } from './authors.js';
import { insertBackground } from './background.js';
import { idOf } from './ids.js';
import { relationsOf } from './relations.js';
import { schema, tables } from './schema.js';
import { relatedViewer, viewer, type Viewer } from './viewers.js';
import type { Client } from 'pg';

/** The number of rows to insert. */
export interface FixtureSize {
  readonly viewers: number;
  readonly relatedViewers: number;
  /** Accounts that take no part in the measurement; with their relations they fill tables and indexes. */
  readonly backgroundAccounts: number;
}

/**
 * Creates the tables in an empty database and fills them.
 *
 * @throws Error when the database has tables; then it is unchanged
 */
export async function fillDatabase(client: Client, size: FixtureSize): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>("SELECT to_regclass('accounts') IS NOT NULL AS exists");
  if (rows[0]?.exists) {
    throw new Error('The database is not empty: it has a table accounts. Nothing has been changed.');
  }
  await client.query('BEGIN');
  await client.query(schema);
  await client.query("INSERT INTO user_roles (id, name, permissions) VALUES (-99, '', 65536)");
  await insertPeople(client, size);
  await insertBackground(client, size.backgroundAccounts);
  await insertRelations(client, size);
  for (const table of tables) {
    await client.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  }
  await client.query('COMMIT');
  await client.query('VACUUM (ANALYZE, FREEZE)');
  // Otherwise a checkpoint may happen during a measurement. The role may lack the right to order one.
  await client.query('CHECKPOINT').catch(() => undefined);
}

async function insertPeople(client: Client, { viewers, relatedViewers }: FixtureSize) {
  const people = [
    ...Array.from({ length: viewers }, (_, index) => viewer(index)),
    ...Array.from({ length: relatedViewers }, (_, index) => relatedViewer(index)),
  ];
  const accountIds = people.map(({ accountId }) => accountId);
  await client.query(
    `INSERT INTO accounts (id, username, domain)
     SELECT id, username, domain FROM unnest($1::bigint[], $2::varchar[], $3::varchar[]) AS t (id, username, domain)`,
    [authors.map(({ id }) => id), authors.map(({ username }) => username), authors.map(({ domain }) => domain)],
  );
  await client.query(
    `INSERT INTO accounts (id, username) SELECT id, 'viewer' || id FROM unnest($1::bigint[]) AS t (id)`,
    [accountIds],
  );
  // The account's id serves as the user's and the token's, too: they are different tables.
  await client.query(
    `INSERT INTO users (id, account_id, confirmed_at) SELECT id, id, now() FROM unnest($1::bigint[]) AS t (id)`,
    [accountIds],
  );
  await insertTokens(client, people);
  await client.query(
    `INSERT INTO lists (id, account_id, title)
     SELECT id, account_id, 'List' FROM unnest($1::bigint[], $2::bigint[]) AS t (id, account_id)`,
    [Array.from({ length: viewers }, (_, index) => idOf('list', index)), accountIds.slice(0, viewers)],
  );
}

async function insertTokens(client: Client, people: readonly Viewer[]) {
  await client.query(
    `INSERT INTO oauth_access_tokens (id, token, scopes, resource_owner_id)
     SELECT id, token, 'read write follow', id FROM unnest($1::bigint[], $2::varchar[]) AS t (id, token)`,
    [people.map(({ accountId }) => accountId), people.map(({ token }) => token)],
  );
}

async function insertRelations(client: Client, { relatedViewers }: FixtureSize): Promise<void> {
  const rows = { blocks: pairs(), mutes: pairs(), expired: pairs(), domains: pairs(), chosen: pairs() };
  const filters: { id: string; accountId: string; title: string; keywords: readonly string[]; wholeWord: boolean }[] =
    [];
  for (let index = 0; index < relatedViewers; index++) {
    const relations = relationsOf(index);
    const { accountId } = relatedViewer(index);
    const author = (number: number): string => idOf('author', number);
    for (const blocked of relations.blocks) {
      rows.blocks.add(accountId, author(blocked));
    }
    for (const blocker of relations.blockedBy) {
      rows.blocks.add(author(blocker), accountId);
    }
    for (const muted of relations.mutes) {
      rows.mutes.add(accountId, author(muted));
    }
    for (const muted of relations.expiredMutes) {
      rows.expired.add(accountId, author(muted));
    }
    for (const domain of relations.domainBlocks) {
      rows.domains.add(accountId, domain);
    }
    if (relations.languages.length > 0) {
      rows.chosen.add(accountId, `{${relations.languages.join(',')}}`);
    }
    relations.filters.forEach((filter) => filters.push({ ...filter, accountId, id: idOf('filter', filters.length) }));
  }
  const target = '(account_id, target_account_id)';
  const from = 'unnest($1::bigint[], $2::bigint[])';
  await client.query(`INSERT INTO blocks ${target} SELECT * FROM ${from} ON CONFLICT DO NOTHING`, rows.blocks.columns);
  await client.query(`INSERT INTO mutes ${target} SELECT * FROM ${from}`, rows.mutes.columns);
  await client.query(
    `INSERT INTO mutes (account_id, target_account_id, expires_at)
     SELECT *, now() AT TIME ZONE 'utc' - interval '1 hour' FROM ${from}`,
    rows.expired.columns,
  );
  await client.query(
    `INSERT INTO account_domain_blocks (account_id, domain) SELECT * FROM unnest($1::bigint[], $2::varchar[])`,
    rows.domains.columns,
  );
  await client.query(
    `UPDATE users SET chosen_languages = chosen::varchar[] FROM unnest($1::bigint[], $2::text[]) AS t (id, chosen)
     WHERE users.account_id = t.id`,
    rows.chosen.columns,
  );
  await client.query(
    `INSERT INTO custom_filters (id, account_id, phrase, context)
     SELECT id, account_id, title, '{home,public}' FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS t (id, account_id, title)`,
    [filters.map(({ id }) => id), filters.map(({ accountId }) => accountId), filters.map(({ title }) => title)],
  );
  const keywords = filters.flatMap(({ id, keywords, wholeWord }) =>
    keywords.map((keyword) => ({ id, keyword, wholeWord })),
  );
  await client.query(
    `INSERT INTO custom_filter_keywords (custom_filter_id, keyword, whole_word)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::boolean[])`,
    [keywords.map(({ id }) => id), keywords.map(({ keyword }) => keyword), keywords.map(({ wholeWord }) => wholeWord)],
  );
}

interface Pairs {
  readonly columns: [string[], string[]];
  add(first: string, second: string): void;
}

function pairs(): Pairs {
  const columns: [string[], string[]] = [[], []];
  return {
    columns,
    add: (first, second) => {
      columns[0].push(first);
      columns[1].push(second);
    },
  };
}

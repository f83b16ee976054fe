import { authors } from './authors.js';
import { idOf } from './ids.js';
import type { Client } from 'pg';

/** Rows of other people, per background account: roughly what an instance of some age has. */
const blocksPerAccount = 4;
const mutesPerAccount = 2;
const domainBlocksPerAccount = 1;
/** Two extremes: one viewer blocks very many, and one author is blocked by very many. */
const extremePart = 0.4;

/**
 * Fills the tables with accounts that take no part in the measurement, and with their relations, so that indexes have the
 * depth and the look-ups the cost that they have on an instance of some age.
 */
export async function insertBackground(client: Client, accounts: number): Promise<void> {
  const first = idOf('background', 0);
  await client.query(
    `INSERT INTO accounts (id, username, domain)
     SELECT $1::bigint + n, 'background' || n, CASE WHEN n % 10 = 0 THEN NULL ELSE 'far' || n % 2000 || '.example' END
     FROM generate_series(0, $2::int - 1) AS n`,
    [first, accounts],
  );
  for (const [table, rows] of [
    ['blocks', blocksPerAccount],
    ['mutes', mutesPerAccount],
  ] as const) {
    // One in twenty concerns an author of the measurement, the others a background account.
    await client.query(
      `INSERT INTO ${table} (account_id, target_account_id)
       SELECT $1::bigint + floor(random() * $2::int)::int,
              CASE WHEN random() < 0.05 THEN $3::bigint + floor(random() * $4::int)::int
                   ELSE $1::bigint + floor(random() * $2::int)::int END
       FROM generate_series(1, $5::int) ON CONFLICT DO NOTHING`,
      [first, accounts, idOf('author', 0), authors.length, accounts * rows],
    );
  }
  await client.query(
    `INSERT INTO account_domain_blocks (account_id, domain)
     SELECT $1::bigint + floor(random() * $2::int)::int, 'far' || floor(random() * 2000)::int || '.example'
     FROM generate_series(1, $3::int) ON CONFLICT DO NOTHING`,
    [first, accounts, accounts * domainBlocksPerAccount],
  );
  await client.query(
    `INSERT INTO users (id, account_id, confirmed_at)
     SELECT id, id, now() FROM accounts WHERE domain IS NULL AND id BETWEEN $1::bigint AND $1::bigint + $2::int`,
    [first, accounts],
  );
  await client.query(
    `INSERT INTO oauth_access_tokens (id, token, scopes, resource_owner_id)
     SELECT id, md5(id::text), 'read write follow', id FROM users WHERE id BETWEEN $1::bigint AND $1::bigint + $2::int`,
    [first, accounts],
  );
  const many = Math.floor(accounts * extremePart);
  await client.query(
    `INSERT INTO blocks (account_id, target_account_id)
     SELECT $1::bigint, $2::bigint + n FROM generate_series(0, $4::int - 1) AS n
     UNION ALL SELECT $2::bigint + n, $3::bigint FROM generate_series(0, $4::int - 1) AS n ON CONFLICT DO NOTHING`,
    [idOf('relatedViewer', 0), first, idOf('author', 0), many],
  );
}

import {
  anyTables,
  emptyTables,
  listeners,
  MemoryAudienceStore,
  viewerSetOf,
  type AudienceTables,
} from '@fedistream/audience/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import type { TestDatabase } from './test-database.js';

const anyone = ['5', '6', '900', '901', '902'];
const anyQuery = fc.record({
  authorIds: fc.subarray(anyone, { minLength: 1 }),
  accountIds: fc.subarray(anyone),
  domains: fc.subarray(['one.example', 'two.example', 'three.example']),
  language: fc.constantFrom('en', 'de', 'fr', null),
});

/** `SqlAudienceStore` answers the same as `MemoryAudienceStore` over the same rows. */
export function referenceContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore', () => {
    it('answers the same as the in-memory store, with random tables that change', async () => {
      const store = new SqlAudienceStore(test().database);
      // The same viewer set for all runs, so that remembered positions and blocklists are outdated by changed tables.
      const viewers = viewerSetOf(listeners);
      await fc.assert(
        fc.asyncProperty(anyTables, fc.array(anyQuery, { minLength: 1, maxLength: 3 }), async (change, queries) => {
          const tables = Object.assign(emptyTables(), change);
          tables.settings = new Map([...tables.settings].filter(([name]) => name.endsWith('_feed_access')));
          await fill(test(), tables);
          const memory = new MemoryAudienceStore(tables);
          const facts = await Promise.all(queries.map((query) => store.facts({ viewers, ...query })));
          const mayViewClosedFeeds = await memory.mayViewClosedFeeds(viewers);
          // `facts` may include mayViewClosedFeeds or not; if so, it must be the same.
          expect(facts.map((found) => ({ mayViewClosedFeeds, ...found }))).toEqual(
            await Promise.all(
              queries.map(async (query) => ({
                mayViewClosedFeeds,
                ...(await memory.facts({ viewers, ...query })),
              })),
            ),
          );
          expect(await store.mayViewClosedFeeds(viewers)).toEqual(mayViewClosedFeeds);
          expect(await store.filters(listeners)).toEqual(await memory.filters(listeners));
        }),
        { numRuns: 60 },
      );
    });
  });
}

async function fill(test: TestDatabase, tables: AudienceTables): Promise<void> {
  await test.clear();
  const end = (expiresAt: number | null) =>
    expiresAt === null ? null : new Date(expiresAt).toISOString().slice(0, -1);
  const once = <T>(rows: readonly T[]) => [...new Map(rows.map((row) => [keyOf(row), row])).values()];
  await test.insert(
    'users',
    tables.users.map(({ id, accountId, chosenLanguages, roleId }) => ({
      id,
      account_id: accountId,
      chosen_languages: chosenLanguages,
      role_id: roleId,
    })),
  );
  await test.insert(
    'user_roles',
    tables.roles.map(({ id, permissions }) => ({ id, permissions: String(permissions) })),
  );
  tables.blocks = once(tables.blocks);
  await test.insert('blocks', tables.blocks.map(toColumns));
  tables.mutes = once(tables.mutes);
  await test.insert(
    'mutes',
    tables.mutes.map((row) => ({ ...toColumns(row), expires_at: end(row.expiresAt) })),
  );
  tables.domainBlocks = once(tables.domainBlocks);
  await test.insert(
    'account_domain_blocks',
    tables.domainBlocks.map(({ accountId, domain }) => ({ account_id: accountId, domain })),
  );
  await test.insert(
    'settings',
    [...tables.settings].map(([name, value]) => ({ var: name, value })),
  );
  const actions = ['warn', 'hide', 'blur'];
  await test.insert(
    'custom_filters',
    tables.filters.map(({ id, accountId, title, context, action, expiresAt }) => ({
      id,
      account_id: accountId,
      phrase: title,
      context,
      action: actions.indexOf(action),
      expires_at: end(expiresAt),
    })),
  );
  await test.insert(
    'custom_filter_keywords',
    tables.filters.flatMap(({ id, keywords }) =>
      keywords.map(({ keyword, wholeWord }) => ({ custom_filter_id: id, keyword, whole_word: wholeWord })),
    ),
  );
  await test.insert(
    'custom_filter_statuses',
    tables.filters.flatMap(({ id, statusIds }) =>
      statusIds.map((statusId) => ({ custom_filter_id: id, status_id: statusId })),
    ),
  );
}

function toColumns(row: { accountId: string; targetAccountId: string }) {
  return { account_id: row.accountId, target_account_id: row.targetAccountId };
}

/** The unique key of a row: all columns but `expiresAt`. */
function keyOf(row: unknown): string {
  return JSON.stringify(row, (name, value: unknown) => (name === 'expiresAt' ? undefined : value));
}

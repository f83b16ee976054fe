import { viewerSetOf } from '@fedistream/audience/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import { utc, type TestDatabase } from './test-database.js';

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => String(first + index));
const sorted = (ids: Iterable<string>) => [...ids].sort((one, other) => Number(one) - Number(other));

/** The promises of `SqlAudienceStore` with many viewers, blockers and queries. */
export function largeBlocklistContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore with many viewers', () => {
    let store: SqlAudienceStore;
    const query = {
      viewers: viewerSetOf(from(1_000, 100)),
      authorIds: ['900'],
      accountIds: ['900', '901'],
      domains: ['one.example'],
      language: 'en',
    };

    beforeEach(async () => {
      store = new SqlAudienceStore(test().database);
      await test().clear();
      await test().database.columns();
    });

    it.each([1, 100, 2_000])('sends one statement for %i viewers', async (count) => {
      const viewers = viewerSetOf(from(1_000, count));
      await test().insert(
        'users',
        viewers.accountIds.map((id) => ({ id, account_id: id })),
      );
      for (const language of ['en', 'fr', null]) {
        expect(await test().statementsOf(() => store.facts({ ...query, viewers, language }))).toBe(1);
      }
      expect(await test().statementsOf(() => store.mayViewClosedFeeds(viewers))).toBe(1);
      expect(await test().statementsOf(() => store.filters(viewers.accountIds))).toBe(1);
      expect(await test().statementsOf(() => Promise.all([store.feedAccess(), store.feedAccess()]))).toBe(1);
      expect(await test().statementsOf(() => store.feedAccess())).toBe(1);
    });

    it('sends a second statement only when rows have moved', async () => {
      const { accountIds } = query.viewers;
      await test().insert(
        'users',
        accountIds.map((id) => ({ id, account_id: id, chosen_languages: null })),
      );
      const languages = async () => (await store.facts(query)).otherLanguage;
      expect(await test().statementsOf(languages)).toBe(1);
      expect(await test().statementsOf(languages)).toBe(1);
      await test().execute(`UPDATE users SET chosen_languages = '{fr}' WHERE account_id = 1050`);
      expect(await test().statementsOf(languages)).toBe(2);
      expect(await test().statementsOf(languages)).toBe(1);
      expect(await languages()).toEqual(new Set(['1050']));
      await test().execute('DELETE FROM users WHERE account_id = 1051');
      expect(await test().statementsOf(languages)).toBe(2);
      expect(await test().statementsOf(languages)).toBe(1);
    });

    it.each([
      ['block the author', 'blocks', (id: string) => ({ account_id: id, target_account_id: '900' })],
      ['mute the author', 'mutes', (id: string) => ({ account_id: id, target_account_id: '900', expires_at: utc(60) })],
      ['are blocked by the author', 'blocks', (id: string) => ({ account_id: '900', target_account_id: id })],
    ])('is exact when many accounts %s, and sends one statement the second time', async (_, table, row) => {
      const blockers = [...from(0, 400).filter((id) => id !== '900'), ...from(1_010, 20), ...from(5_000, 400)];
      await test().insert(table, blockers.map(row));
      const hiddenFrom = async () => sorted((await store.facts(query)).hiddenFrom);
      expect(await hiddenFrom()).toEqual(from(1_010, 20));
      expect(await test().statementsOf(hiddenFrom)).toBe(1);
      await test().execute(`DELETE FROM ${table} WHERE account_id = 1011 OR target_account_id = 1011`);
      await test().insert(table, ['1099'].map(row));
      expect(await hiddenFrom()).toEqual(['1010', ...from(1_012, 18), '1099']);
    });

    it('finds unexpired mutes among many expired ones', async () => {
      const row = (expires: string | null) => (id: string) => ({
        account_id: id,
        target_account_id: '901',
        expires_at: expires,
      });
      await test().insert('mutes', from(1_000, 90).map(row(utc(-60))));
      await test().insert('mutes', from(1_090, 5).map(row(null)));
      expect(sorted((await store.facts(query)).hiddenFrom)).toEqual(from(1_090, 5));
      expect(sorted((await store.facts(query)).hiddenFrom)).toEqual(from(1_090, 5));
    });

    it('is exact about a status that mentions many accounts with large blocklists', async () => {
      const mentioned = from(5_000, 60);
      const many = from(1_000, 60);
      const pairs = mentioned.flatMap((target) => many.map((id) => ({ account_id: id, target_account_id: target })));
      await test().insert('blocks', pairs);
      await test().insert(
        'mutes',
        pairs.map((pair) => ({ ...pair, account_id: `${Number(pair.account_id) + 20}`, expires_at: utc(-60) })),
      );
      await test().insert('mutes', [{ account_id: '1090', target_account_id: '5059' }]);
      await test().insert('blocks', [{ account_id: '1091', target_account_id: '4999' }]);
      const facts = async () => sorted((await store.facts({ ...query, accountIds: mentioned })).hiddenFrom);
      expect(await test().statementsOf(facts)).toBe(2);
      expect(await test().statementsOf(facts)).toBe(1);
      expect(await facts()).toEqual([...many, '1090']);
      expect(sorted((await store.facts(query)).hiddenFrom)).toEqual([]);
    });

    it('is exact about a viewer who blocks many accounts', async () => {
      await test().insert(
        'blocks',
        from(2_000, 3_000).map((id) => ({ account_id: '1007', target_account_id: id })),
      );
      const hiddenFrom = async (authorId: string) =>
        (await store.facts({ ...query, authorIds: [authorId], accountIds: [authorId] })).hiddenFrom;
      expect(await hiddenFrom('2500')).toEqual(new Set(['1007']));
      expect(await hiddenFrom('5000')).toEqual(new Set());
    });

    it('batches the queries of one turn about the same viewers, and returns each its own facts', async () => {
      await test().insert('users', [{ id: '1', account_id: '1001', chosen_languages: ['fr', 'de'] }]);
      await test().insert('blocks', [
        { account_id: '1002', target_account_id: '901' },
        { account_id: '902', target_account_id: '1003' },
      ]);
      await test().insert('account_domain_blocks', [{ account_id: '1004', domain: 'two.example' }]);
      const queries = [
        { ...query, language: 'fr' },
        { ...query, authorIds: ['902'], accountIds: ['902'], language: 'de' },
        { ...query, authorIds: ['903'], accountIds: ['903'], domains: ['two.example'], language: 'en' },
        { ...query, authorIds: ['904'], accountIds: ['904'], domains: [], language: null },
      ];
      const facts = async () => Promise.all(queries.map((one) => store.facts(one)));
      expect(await test().statementsOf(facts)).toBe(1);
      expect((await facts()).map(({ hiddenFrom }) => [...hiddenFrom])).toEqual([['1002'], ['1003'], ['1004'], []]);
      expect((await facts()).map(({ otherLanguage }) => [...otherLanguage])).toEqual([[], [], ['1001'], ['1001']]);
    });

    it('batches a query that comes some microtasks later', async () => {
      const later = async () => {
        for (let turn = 0; turn < 20; turn++) {
          await Promise.resolve();
        }
        return store.facts(query);
      };
      expect(await test().statementsOf(() => Promise.all([store.facts(query), later()]))).toBe(1);
    });

    it('sends a separate statement for a status with many accounts, so that it does not delay other statuses', async () => {
      const accountIds = from(3_000, 101);
      const queries = [query, { ...query, accountIds }, { ...query, accountIds }, query];
      expect(await test().statementsOf(() => Promise.all(queries.map((one) => store.facts(one))))).toBe(2);
    });

    it('sends separate statements for different channels with many viewers', async () => {
      const other = { ...query, viewers: viewerSetOf(from(2_000, 100)) };
      expect(await test().statementsOf(() => Promise.all([store.facts(query), store.facts(other)]))).toBe(2);
    });

    it('never answers a query from rows that were read before it', async () => {
      const hiddenFrom = async () => (await store.facts(query)).hiddenFrom.size;
      const first = hiddenFrom();
      await test().insert('blocks', [{ account_id: '1000', target_account_id: '900' }]);
      expect(await hiddenFrom()).toBe(1);
      await first;
    });
  });
}

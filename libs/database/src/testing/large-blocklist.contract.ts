import { viewerSetOf } from '@fedistream/audience/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import { utc, type TestDatabase } from './test-database.js';

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => String(first + index));
const sorted = (ids: Iterable<string>) => [...ids].sort((one, other) => Number(one) - Number(other));

/** The store with many viewers, blockers and questions. */
export function largeBlocklistContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore with many', () => {
    let store: SqlAudienceStore;
    const question = {
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

    it.each([1, 100, 2_000])('asks one statement about %i viewers', async (count) => {
      const viewers = viewerSetOf(from(1_000, count));
      await test().insert(
        'users',
        viewers.accountIds.map((id) => ({ id, account_id: id })),
      );
      for (const language of ['en', 'fr', null]) {
        expect(await test().statementsOf(() => store.facts({ ...question, viewers, language }))).toBe(1);
      }
      expect(await test().statementsOf(() => store.mayViewClosedFeeds(viewers))).toBe(1);
      expect(await test().statementsOf(() => store.filters(viewers.accountIds))).toBe(1);
      expect(await test().statementsOf(() => Promise.all([store.feedAccess(), store.feedAccess()]))).toBe(1);
      expect(await test().statementsOf(() => store.feedAccess())).toBe(1);
    });

    it('asks a second statement when rows have moved, and only then', async () => {
      const { accountIds } = question.viewers;
      await test().insert(
        'users',
        accountIds.map((id) => ({ id, account_id: id, chosen_languages: null })),
      );
      const languages = async () => (await store.facts(question)).otherLanguage;
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
      ['blocks the author', 'blocks', (id: string) => ({ account_id: id, target_account_id: '900' })],
      [
        'mutes the author',
        'mutes',
        (id: string) => ({ account_id: id, target_account_id: '900', expires_at: utc(60) }),
      ],
      ['is blocked by the author', 'blocks', (id: string) => ({ account_id: '900', target_account_id: id })],
    ])('is exact when many accounts %s, and remembers the large blocklist', async (_, table, row) => {
      const blockers = [...from(0, 400).filter((id) => id !== '900'), ...from(1_010, 20), ...from(5_000, 400)];
      await test().insert(table, blockers.map(row));
      const apart = async () => sorted((await store.facts(question)).hiddenFrom);
      expect(await apart()).toEqual(from(1_010, 20));
      expect(await test().statementsOf(apart)).toBe(1);
      await test().execute(`DELETE FROM ${table} WHERE account_id = 1011 OR target_account_id = 1011`);
      await test().insert(table, ['1099'].map(row));
      expect(await apart()).toEqual(['1010', ...from(1_012, 18), '1099']);
    });

    it('does not count many expired mutes as a large blocklist', async () => {
      const row = (expires: string | null) => (id: string) => ({
        account_id: id,
        target_account_id: '901',
        expires_at: expires,
      });
      await test().insert('mutes', from(1_000, 90).map(row(utc(-60))));
      await test().insert('mutes', from(1_090, 5).map(row(null)));
      expect(sorted((await store.facts(question)).hiddenFrom)).toEqual(from(1_090, 5));
      expect(sorted((await store.facts(question)).hiddenFrom)).toEqual(from(1_090, 5));
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
      const ask = async () => sorted((await store.facts({ ...question, accountIds: mentioned })).hiddenFrom);
      expect(await test().statementsOf(ask)).toBe(2);
      expect(await test().statementsOf(ask)).toBe(1);
      expect(await ask()).toEqual([...many, '1090']);
      expect(sorted((await store.facts(question)).hiddenFrom)).toEqual([]);
    });

    it('is exact about a viewer who blocks many accounts', async () => {
      await test().insert(
        'blocks',
        from(2_000, 3_000).map((id) => ({ account_id: '1007', target_account_id: id })),
      );
      const apart = async (authorId: string) =>
        (await store.facts({ ...question, authorIds: [authorId], accountIds: [authorId] })).hiddenFrom;
      expect(await apart('2500')).toEqual(new Set(['1007']));
      expect(await apart('5000')).toEqual(new Set());
    });

    it('joins the questions of one moment about the same viewers, and keeps the answers apart', async () => {
      await test().insert('users', [{ id: '1', account_id: '1001', chosen_languages: ['fr', 'de'] }]);
      await test().insert('blocks', [
        { account_id: '1002', target_account_id: '901' },
        { account_id: '902', target_account_id: '1003' },
      ]);
      await test().insert('account_domain_blocks', [{ account_id: '1004', domain: 'two.example' }]);
      const questions = [
        { ...question, language: 'fr' },
        { ...question, authorIds: ['902'], accountIds: ['902'], language: 'de' },
        { ...question, authorIds: ['903'], accountIds: ['903'], domains: ['two.example'], language: 'en' },
        { ...question, authorIds: ['904'], accountIds: ['904'], domains: [], language: null },
      ];
      const facts = async () => Promise.all(questions.map((one) => store.facts(one)));
      expect(await test().statementsOf(facts)).toBe(1);
      expect((await facts()).map(({ hiddenFrom }) => [...hiddenFrom])).toEqual([['1002'], ['1003'], ['1004'], []]);
      expect((await facts()).map(({ otherLanguage }) => [...otherLanguage])).toEqual([[], [], ['1001'], ['1001']]);
    });

    it('joins questions that come a little later within the moment', async () => {
      const later = async () => {
        for (let turn = 0; turn < 20; turn++) {
          await Promise.resolve();
        }
        return store.facts(question);
      };
      expect(await test().statementsOf(() => Promise.all([store.facts(question), later()]))).toBe(1);
    });

    it('asks separately about a status that concerns many accounts, so that it does not delay other statuses', async () => {
      const accountIds = from(3_000, 101);
      const questions = [question, { ...question, accountIds }, { ...question, accountIds }, question];
      expect(await test().statementsOf(() => Promise.all(questions.map((one) => store.facts(one))))).toBe(2);
    });

    it('asks about different channels with many viewers separately', async () => {
      const other = { ...question, viewers: viewerSetOf(from(2_000, 100)) };
      expect(await test().statementsOf(() => Promise.all([store.facts(question), store.facts(other)]))).toBe(2);
    });

    it('never answers from rows that were read before the question', async () => {
      const apart = async () => (await store.facts(question)).hiddenFrom.size;
      const first = apart();
      await test().insert('blocks', [{ account_id: '1000', target_account_id: '900' }]);
      expect(await apart()).toBe(1);
      await first;
    });
  });
}

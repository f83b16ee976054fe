import { viewerSetOf } from '@fedistream/audience/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import { utc, type TestDatabase } from './test-database.js';

/** The promises of `SqlAudienceStore` about channels with few viewers, whose queries share statements. */
export function fewViewersContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore with few viewers', () => {
    let store: SqlAudienceStore;
    const about = (viewers: readonly string[], author: string) => ({
      viewers: viewerSetOf(viewers),
      authorIds: [author],
      accountIds: [author],
      domains: ['one.example'],
      language: 'en',
      maxBatchDelayMs: 100,
    });

    beforeEach(async () => {
      store = new SqlAudienceStore(test().database);
      await test().clear();
      await test().database.columns();
    });

    it('batches queries of different channels into one statement, and returns each its own facts', async () => {
      await test().insert('users', [
        { id: '1', account_id: '1', chosen_languages: ['fr'] },
        { id: '3', account_id: '3', chosen_languages: ['de', 'en'] },
      ]);
      await test().insert('blocks', [
        { account_id: '2', target_account_id: '900' },
        { account_id: '4', target_account_id: '900' },
        { account_id: '901', target_account_id: '3' },
      ]);
      await test().insert('mutes', [
        { account_id: '5', target_account_id: '902', expires_at: null },
        { account_id: '6', target_account_id: '902', expires_at: utc(-60) },
      ]);
      await test().insert('account_domain_blocks', [{ account_id: '6', domain: 'one.example' }]);
      const queries = [
        about(['1', '2'], '900'),
        about(['3', '4'], '901'),
        about(['5', '6'], '902'),
        about(['7'], '900'),
      ];
      const facts = () => Promise.all(queries.map((query) => store.facts({ ...query })));
      expect(await test().statementsOf(facts)).toBe(1);
      const answers = await facts();
      expect(answers.map(({ hiddenFrom }) => [...hiddenFrom].sort())).toEqual([['2'], ['3'], ['5', '6'], []]);
      expect(answers.map(({ otherLanguage }) => [...otherLanguage])).toEqual([['1'], [], [], []]);
    });

    it('hides a status only from viewers of its own channel', async () => {
      await test().insert('blocks', [{ account_id: '1', target_account_id: '900' }]);
      const [first, second] = await Promise.all([
        store.facts(about(['1'], '901')),
        store.facts(about(['1', '2'], '900')),
      ]);
      expect([...first.hiddenFrom]).toEqual([]);
      expect([...second.hiddenFrom]).toEqual(['1']);
    });

    it('reads what was committed before a query, also when earlier queries wait in its batch', async () => {
      await store.facts(about(['1'], '900'));
      const earlier = store.facts(about(['1'], '900'));
      await test().insert('blocks', [{ account_id: '2', target_account_id: '900' }]);
      expect([...(await store.facts(about(['2'], '900'))).hiddenFrom]).toEqual(['2']);
      await earlier;
    });
  });
}

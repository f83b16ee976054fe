import { filterBounds } from '@fedistream/audience';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import type { TestDatabase } from './test-database.js';

/** The promises of `SqlAudienceStore.filters`. */
export function filterContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore.filters', () => {
    let store: SqlAudienceStore;
    const filter = (id: string, change: Record<string, string | number | null | readonly string[]> = {}) => ({
      id,
      account_id: '5',
      phrase: `filter ${id}`,
      context: ['home', 'public'],
      action: 0,
      expires_at: null,
      ...change,
    });

    beforeEach(async () => {
      store = new SqlAudienceStore(test().database);
      await test().clear();
    });

    it('returns filters with their keywords and statuses, in the order of the ids', async () => {
      await test().insert('custom_filters', [
        filter('9007199254740993'),
        filter('20', { action: 1, expires_at: '2001-02-03 04:05:06.789' }),
        filter('3', { account_id: '6' }),
        filter('4', { account_id: '7' }),
      ]);
      await test().insert('custom_filter_keywords', [
        { id: '2', custom_filter_id: '20', keyword: 'c++ "quoted" \\ кот', whole_word: false },
        { id: '1', custom_filter_id: '20', keyword: 'cat', whole_word: true },
      ]);
      await test().insert('custom_filter_statuses', [
        { custom_filter_id: '9007199254740993', status_id: '110000000000000001' },
        { custom_filter_id: '9007199254740993', status_id: '9223372036854775807' },
      ]);
      const filters = await store.filters(['5', '6', '8', 'x']);
      expect([...filters.keys()].sort()).toEqual(['5', '6']);
      expect(filters.get('5')).toEqual([
        {
          id: '20',
          title: 'filter 20',
          context: ['home', 'public'],
          expiresAt: Date.UTC(2001, 1, 3, 4, 5, 6, 789),
          action: 'hide',
          keywords: [
            { keyword: 'cat', wholeWord: true },
            { keyword: 'c++ "quoted" \\ кот', wholeWord: false },
          ],
          statusIds: [],
        },
        {
          id: '9007199254740993',
          title: 'filter 9007199254740993',
          context: ['home', 'public'],
          expiresAt: null,
          action: 'warn',
          keywords: [],
          statusIds: ['110000000000000001', '9223372036854775807'],
        },
      ]);
    });

    it('reads the actions warn, hide and blur, and any other as warn', async () => {
      await test().insert(
        'custom_filters',
        [0, 1, 2, 3, -1].map((action, index) => filter(String(index), { action })),
      );
      const filters = await store.filters(['5']);
      expect(filters.get('5')?.map(({ action }) => action)).toEqual(['warn', 'hide', 'blur', 'warn', 'warn']);
    });

    it('applies the bounds to each account separately', async () => {
      const { filters: maxFilters, keywords: maxKeywords, keywordCharacters, statuses } = filterBounds;
      await test().execute(
        `INSERT INTO custom_filters (id, account_id, phrase, context) SELECT g, 5, repeat('x', 5000), '{home}'
        FROM generate_series(1, 2000) g`,
      );
      await test().execute(
        `INSERT INTO custom_filter_keywords (custom_filter_id, keyword) SELECT 1 + g % 3, 'word ' || g
        FROM generate_series(1, 20000) g`,
      );
      await test().execute(
        'INSERT INTO custom_filter_statuses (custom_filter_id, status_id) SELECT 1 + g % 3, g FROM generate_series(1, 5000) g',
      );
      await test().insert('custom_filters', [filter('3000', { account_id: '6' }), filter('3001', { account_id: '7' })]);
      await test().insert(
        'custom_filter_keywords',
        [...Array.from({ length: 10 }, () => 'y'.repeat(3_000)), 'z'.repeat(100_000)].map((keyword) => ({
          custom_filter_id: '3000',
          keyword,
        })),
      );
      await test().insert('custom_filter_keywords', [{ custom_filter_id: '3001', keyword: 'cat' }]);
      const filters = await store.filters(['5', '6', '7']);
      const own = filters.get('5') ?? [];
      expect(own).toHaveLength(maxFilters + 1);
      expect(own.flatMap(({ keywords }) => keywords).length).toBeLessThanOrEqual(maxKeywords + 1);
      expect(own.flatMap(({ statusIds }) => statusIds)).toHaveLength(statuses + 1);
      expect(Math.max(...own.map(({ title }) => title.length))).toBe(filterBounds.titleCharacters);
      const texts = filters.get('6')?.flatMap(({ keywords }) => keywords.map(({ keyword }) => keyword)) ?? [];
      expect(texts.join('').length).toBeGreaterThan(keywordCharacters);
      expect(texts.join('').length).toBeLessThanOrEqual(keywordCharacters + 3_000);
      expect(filters.get('7')).toMatchObject([{ keywords: [{ keyword: 'cat' }] }]);
    });

    it('returns no entry for an account without filters', async () => {
      expect(await store.filters(['5'])).toEqual(new Map());
      expect(await store.filters([])).toEqual(new Map());
    });
  });
}

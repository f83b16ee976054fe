import type { AudienceFacts, AudienceQuery } from '@fedistream/audience';
import { viewerSetOf } from '@fedistream/audience/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import { utc, type TestDatabase } from './test-database.js';

const viewers = viewerSetOf(['5', '6', '7']);
const baseQuery: AudienceQuery = {
  viewers,
  authorIds: ['900'],
  accountIds: ['900', '901'],
  domains: [],
  language: 'en',
};

/** The promises of `SqlAudienceStore` about the facts of a status. */
export function audienceContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore', () => {
    let store: SqlAudienceStore;
    const facts = (change: Partial<AudienceQuery> = {}): Promise<AudienceFacts> =>
      store.facts({ ...baseQuery, ...change });
    const hiddenFrom = async (change?: Partial<AudienceQuery>) => [...(await facts(change)).hiddenFrom].sort();
    const otherLanguage = async (change?: Partial<AudienceQuery>) => [...(await facts(change)).otherLanguage].sort();

    beforeEach(async () => {
      store = new SqlAudienceStore(test().database);
      await test().clear();
      await test().insert(
        'users',
        viewers.accountIds.map((id) => ({ id: `1${id}`, account_id: id, chosen_languages: null })),
      );
    });

    it('hides a status from no viewer when the tables are empty', async () => {
      expect(await facts()).toEqual({ hiddenFrom: new Set(), otherLanguage: new Set(), feedAccess: new Map() });
    });

    it('hides a status from viewers who block its author or another account of it', async () => {
      await test().insert('blocks', [
        { account_id: '5', target_account_id: '900' },
        { account_id: '6', target_account_id: '901' },
        { account_id: '7', target_account_id: '902' },
        { account_id: '8', target_account_id: '900' },
      ]);
      expect(await hiddenFrom()).toEqual(['5', '6']);
    });

    it('hides a status from viewers whom its author blocks, not from those whom a mentioned account blocks', async () => {
      await test().insert('blocks', [
        { account_id: '900', target_account_id: '5' },
        { account_id: '901', target_account_id: '6' },
      ]);
      expect(await hiddenFrom()).toEqual(['5']);
    });

    it('hides a status from viewers whose mute of an account has not expired', async () => {
      await test().insert('mutes', [
        { account_id: '5', target_account_id: '900', expires_at: null },
        { account_id: '6', target_account_id: '901', expires_at: utc(60) },
        { account_id: '7', target_account_id: '901', expires_at: utc(-1) },
        { account_id: '900', target_account_id: '7', expires_at: null },
      ]);
      expect(await hiddenFrom()).toEqual(['5', '6']);
    });

    it('hides a status from viewers who block its domain, in any case', async () => {
      await test().insert('account_domain_blocks', [
        { account_id: '5', domain: 'one.example' },
        { account_id: '6', domain: 'two.example' },
        { account_id: '8', domain: 'one.example' },
      ]);
      expect(await hiddenFrom()).toEqual([]);
      expect(await hiddenFrom({ domains: ['ONE.example'] })).toEqual(['5']);
      expect(await hiddenFrom({ domains: ['one.example', 'two.example'] })).toEqual(['5', '6']);
      expect(await hiddenFrom({ domains: ['example', 'sub.one.example', "'\0\\"] })).toEqual([]);
    });

    it('returns the viewers who have chosen languages but not this one', async () => {
      await test().execute(`UPDATE users SET chosen_languages = '{de,en}' WHERE account_id = 5`);
      await test().execute(`UPDATE users SET chosen_languages = '{fr}' WHERE account_id = 6`);
      await test().execute(`UPDATE users SET chosen_languages = '{}' WHERE account_id = 7`);
      expect(await otherLanguage({ language: 'en' })).toEqual(['6']);
      expect(await otherLanguage({ language: 'fr' })).toEqual(['5']);
      expect(await otherLanguage({ language: 'EN' })).toEqual(['5', '6']);
      expect(await otherLanguage({ language: 'e\0n' })).toEqual(['5', '6']);
      expect(await otherLanguage({ language: null })).toEqual(['5', '6']);
    });

    it('reads languages with quotes, braces and blanks', async () => {
      await test().execute(`UPDATE users SET chosen_languages = ARRAY['x"y', '{', 'zh-TW', ' ', NULL]`);
      expect(await otherLanguage({ language: 'zh-TW' })).toEqual([]);
      expect(await otherLanguage({ language: 'x"y' })).toEqual([]);
      expect(await otherLanguage({ language: 'zh' })).toEqual(['5', '6', '7']);
    });

    it('reads the settings of feeds, and no others', async () => {
      await test().insert('settings', [
        { var: 'local_live_feed_access', value: '--- public\n' },
        { var: 'remote_topic_feed_access', value: '--- disabled\n' },
        { var: 'site_title', value: '--- Demo\n' },
      ]);
      const settings = new Map([
        ['local_live_feed_access', '--- public\n'],
        ['remote_topic_feed_access', '--- disabled\n'],
      ]);
      expect((await facts()).feedAccess).toEqual(settings);
      expect(await store.feedAccess()).toEqual(settings);
    });

    it('sees every committed change at once, with the same viewers', async () => {
      expect(await hiddenFrom()).toEqual([]);
      await test().insert('blocks', [{ account_id: '5', target_account_id: '900' }]);
      expect(await hiddenFrom()).toEqual(['5']);
      await test().execute('DELETE FROM blocks');
      expect(await hiddenFrom()).toEqual([]);
      for (const [languages, named] of [
        ['{fr}', ['6']],
        ['{en}', []],
        ['{de}', ['6']],
      ] as const) {
        await test().execute(`UPDATE users SET chosen_languages = $1 WHERE account_id = 6`, [languages]);
        expect(await otherLanguage()).toEqual(named);
      }
    });

    it('finds users whose rows have moved', async () => {
      await test().execute(`UPDATE users SET chosen_languages = '{de}' WHERE account_id = 5`);
      expect(await otherLanguage()).toEqual(['5']);
      // Every row is written again, to the position of another.
      await test().execute('CREATE TEMPORARY TABLE moved AS SELECT * FROM users');
      await test().execute('TRUNCATE users');
      await test().execute('INSERT INTO users SELECT * FROM moved ORDER BY id DESC');
      await test().execute('DROP TABLE moved');
      expect(await otherLanguage()).toEqual(['5']);
      await test().execute('DELETE FROM users WHERE account_id = 6');
      expect(await otherLanguage()).toEqual(['5']);
      expect(await otherLanguage({ viewers: viewerSetOf(['6', '5']) })).toEqual(['5']);
    });

    it('answers about no viewers, and about viewers without a user', async () => {
      await test().insert('blocks', [{ account_id: '400', target_account_id: '900' }]);
      expect((await facts({ viewers: viewerSetOf([]) })).hiddenFrom.size).toBe(0);
      expect(await hiddenFrom({ viewers: viewerSetOf(['400', '401']) })).toEqual(['400']);
    });

    it('ignores texts that are no ids', async () => {
      await test().insert('blocks', [{ account_id: '5', target_account_id: '900' }]);
      const odd = ['x', '', '1.5', '9223372036854775808', '99999999999999999999', ' 1'];
      const query = { viewers: viewerSetOf(['5', ...odd]), accountIds: ['900', ...odd] };
      expect(await hiddenFrom(query)).toEqual(['5']);
      expect(await hiddenFrom({ ...query, authorIds: ['x'] })).toEqual(['5']);
    });

    it('compares ids exactly beyond 2^53', async () => {
      const large = ['9007199254740992', '9007199254740993', '9223372036854775807'];
      await test().insert('blocks', [{ account_id: '9007199254740993', target_account_id: '9223372036854775807' }]);
      const query = { viewers: viewerSetOf(large), authorIds: ['1'], accountIds: ['9223372036854775807'] };
      expect(await hiddenFrom(query)).toEqual(['9007199254740993']);
      expect(await hiddenFrom({ ...query, accountIds: ['9223372036854775806'] })).toEqual([]);
    });

    it('returns the viewers who may open closed feeds', async () => {
      const may = async () => [...(await store.mayViewClosedFeeds(viewerSetOf(['5', '6', '7', 'x'])))].sort();
      await test().insert('user_roles', [
        { id: '1', permissions: String(1n << 20n) },
        { id: '2', permissions: '1' },
        { id: '3', permissions: String(~(1n << 20n) & 0xffffen) },
        { id: '-99', permissions: '0' },
      ]);
      await test().execute(`UPDATE users SET role_id = (account_id - 4)`);
      expect(await may()).toEqual(['5', '6']);
      await test().execute(`UPDATE users SET role_id = NULL`);
      expect(await may()).toEqual([]);
      await test().execute(`UPDATE user_roles SET permissions = ${1n << 20n} WHERE id = -99`);
      expect(await may()).toEqual(['5', '6', '7']);
    });

    it('rejects all queries of a failed statement, and answers the next query', async () => {
      await test().execute('ALTER TABLE settings RENAME TO settings_away');
      const [one, other] = await Promise.allSettled([facts(), facts()]);
      await test().execute('ALTER TABLE settings_away RENAME TO settings');
      expect([one.status, other.status]).toEqual(['rejected', 'rejected']);
      expect(await hiddenFrom()).toEqual([]);
    });
  });
}

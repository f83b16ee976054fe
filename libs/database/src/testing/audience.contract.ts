import type { AudienceFacts, AudienceQuery } from '@fedistream/audience';
import { viewerSetOf } from '@fedistream/audience/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import { utc, type TestDatabase } from './test-database.js';

const viewers = viewerSetOf(['5', '6', '7']);
const usual: AudienceQuery = {
  viewers,
  authorIds: ['900'],
  accountIds: ['900', '901'],
  domains: [],
  language: 'en',
};

/** What holds for the question who may see a status. */
export function audienceContract(test: () => TestDatabase): void {
  describe('SqlAudienceStore', () => {
    let store: SqlAudienceStore;
    const ask = (change: Partial<AudienceQuery> = {}): Promise<AudienceFacts> => store.facts({ ...usual, ...change });
    const apart = async (change?: Partial<AudienceQuery>) => [...(await ask(change)).hiddenFrom].sort();
    const otherLanguage = async (change?: Partial<AudienceQuery>) => [...(await ask(change)).otherLanguage].sort();

    beforeEach(async () => {
      store = new SqlAudienceStore(test().database);
      await test().clear();
      await test().insert(
        'users',
        viewers.accountIds.map((id) => ({ id: `1${id}`, account_id: id, chosen_languages: null })),
      );
    });

    it('finds nothing against a status when there is nothing', async () => {
      expect(await ask()).toEqual({ hiddenFrom: new Set(), otherLanguage: new Set(), feedAccess: new Map() });
    });

    it('sets apart who blocks the author or another account of the status', async () => {
      await test().insert('blocks', [
        { account_id: '5', target_account_id: '900' },
        { account_id: '6', target_account_id: '901' },
        { account_id: '7', target_account_id: '902' },
        { account_id: '8', target_account_id: '900' },
      ]);
      expect(await apart()).toEqual(['5', '6']);
    });

    it('sets apart whom the author blocks, not whom the others block', async () => {
      await test().insert('blocks', [
        { account_id: '900', target_account_id: '5' },
        { account_id: '901', target_account_id: '6' },
      ]);
      expect(await apart()).toEqual(['5']);
    });

    it('sets apart who mutes an account, for ever or still', async () => {
      await test().insert('mutes', [
        { account_id: '5', target_account_id: '900', expires_at: null },
        { account_id: '6', target_account_id: '901', expires_at: utc(60) },
        { account_id: '7', target_account_id: '901', expires_at: utc(-1) },
        { account_id: '900', target_account_id: '7', expires_at: null },
      ]);
      expect(await apart()).toEqual(['5', '6']);
    });

    it('sets apart who blocks a domain, in whatever case the question has it', async () => {
      await test().insert('account_domain_blocks', [
        { account_id: '5', domain: 'one.example' },
        { account_id: '6', domain: 'two.example' },
        { account_id: '8', domain: 'one.example' },
      ]);
      expect(await apart()).toEqual([]);
      expect(await apart({ domains: ['ONE.example'] })).toEqual(['5']);
      expect(await apart({ domains: ['one.example', 'two.example'] })).toEqual(['5', '6']);
      expect(await apart({ domains: ['example', 'sub.one.example', "'\0\\"] })).toEqual([]);
    });

    it('names who has chosen languages but not this one', async () => {
      await test().execute(`UPDATE users SET chosen_languages = '{de,en}' WHERE account_id = 5`);
      await test().execute(`UPDATE users SET chosen_languages = '{fr}' WHERE account_id = 6`);
      await test().execute(`UPDATE users SET chosen_languages = '{}' WHERE account_id = 7`);
      expect(await otherLanguage({ language: 'en' })).toEqual(['6']);
      expect(await otherLanguage({ language: 'fr' })).toEqual(['5']);
      expect(await otherLanguage({ language: 'EN' })).toEqual(['5', '6']);
      expect(await otherLanguage({ language: 'e\0n' })).toEqual(['5', '6']);
      expect(await otherLanguage({ language: null })).toEqual(['5', '6']);
    });

    it('reads languages that look like nothing else', async () => {
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
      expect((await ask()).feedAccess).toEqual(settings);
      expect(await store.feedAccess()).toEqual(settings);
    });

    it('sees every change at once, with the same viewers', async () => {
      expect(await apart()).toEqual([]);
      await test().insert('blocks', [{ account_id: '5', target_account_id: '900' }]);
      expect(await apart()).toEqual(['5']);
      await test().execute('DELETE FROM blocks');
      expect(await apart()).toEqual([]);
      for (const [languages, named] of [
        ['{fr}', ['6']],
        ['{en}', []],
        ['{de}', ['6']],
      ] as const) {
        await test().execute(`UPDATE users SET chosen_languages = $1 WHERE account_id = 6`, [languages]);
        expect(await otherLanguage()).toEqual(named);
      }
    });

    it('finds users whose rows have changed places', async () => {
      await test().execute(`UPDATE users SET chosen_languages = '{de}' WHERE account_id = 5`);
      expect(await otherLanguage()).toEqual(['5']);
      // Every row is written anew, into the place of another.
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
      expect((await ask({ viewers: viewerSetOf([]) })).hiddenFrom.size).toBe(0);
      expect(await apart({ viewers: viewerSetOf(['400', '401']) })).toEqual(['400']);
    });

    it('is not disturbed by what is no id', async () => {
      await test().insert('blocks', [{ account_id: '5', target_account_id: '900' }]);
      const odd = ['x', '', '1.5', '9223372036854775808', '99999999999999999999', ' 1'];
      const question = { viewers: viewerSetOf(['5', ...odd]), accountIds: ['900', ...odd] };
      expect(await apart(question)).toEqual(['5']);
      expect(await apart({ ...question, authorIds: ['x'] })).toEqual(['5']);
    });

    it('knows ids to the last digit', async () => {
      const large = ['9007199254740992', '9007199254740993', '9223372036854775807'];
      await test().insert('blocks', [{ account_id: '9007199254740993', target_account_id: '9223372036854775807' }]);
      const question = { viewers: viewerSetOf(large), authorIds: ['1'], accountIds: ['9223372036854775807'] };
      expect(await apart(question)).toEqual(['9007199254740993']);
      expect(await apart({ ...question, accountIds: ['9223372036854775806'] })).toEqual([]);
    });

    it('names the viewers who may open closed feeds', async () => {
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

    it('rejects all questions of a statement that fails, and goes on with the next', async () => {
      await test().execute('ALTER TABLE settings RENAME TO settings_away');
      const [one, other] = await Promise.allSettled([ask(), ask()]);
      await test().execute('ALTER TABLE settings_away RENAME TO settings');
      expect([one.status, other.status]).toEqual(['rejected', 'rejected']);
      expect(await apart()).toEqual([]);
    });
  });
}

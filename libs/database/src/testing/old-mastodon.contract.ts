import { viewerSetOf } from '@fedistream/audience/testing';
import { parseScopes } from '@fedistream/domain';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqlAudienceStore } from '../audience/sql-audience-store.js';
import { SqlRoles } from '../auth/sql-roles.js';
import { SqlTokenStore } from '../auth/sql-token-store.js';
import { utc, type TestDatabase } from './test-database.js';

const viewer = { accountId: '5', userId: '7', tokenId: '9', scopes: parseScopes('read') };
const viewers = viewerSetOf(['5']);
const query = { viewers, authorIds: ['900'], accountIds: ['900'], domains: [], language: null };

/** The promises with the tables of an older Mastodon. Drops columns and does not restore them. */
export function oldMastodonContract(test: () => TestDatabase): void {
  describe('the database of an older Mastodon', () => {
    beforeAll(async () => {
      await test().clear();
      await test().insert('accounts', [{ id: '5' }]);
      await test().insert('users', [{ id: '7', account_id: '5', confirmed_at: utc(-60) }]);
      await test().insert('oauth_access_tokens', [{ id: '9', token: 'secret', resource_owner_id: '7' }]);
      await test().insert('mutes', [{ account_id: '5', target_account_id: '900' }]);
      await test().database.columns();
    });

    it('works without a dropped column after one failed statement', async () => {
      const tokens = new SqlTokenStore(test().database);
      await test().execute('ALTER TABLE accounts DROP COLUMN requested_deletion_at, DROP COLUMN memorial');
      await expect(tokens.findViewer('secret')).rejects.toThrow('does not exist');
      expect((await tokens.findViewer('secret'))?.accountId).toBe('5');
    });

    it('works without optional columns and tables, and applies the others', async () => {
      const tokens = new SqlTokenStore(test().database);
      const store = new SqlAudienceStore(test().database);
      await test().execute('ALTER TABLE users DROP COLUMN disabled, DROP COLUMN role_id');
      await expect(tokens.findViewer('secret')).rejects.toThrow('disabled');
      await test().execute('ALTER TABLE mutes DROP COLUMN expires_at');
      await test().execute('DROP TABLE user_roles, custom_filter_keywords, custom_filter_statuses');

      expect((await tokens.findViewer('secret'))?.accountId).toBe('5');
      expect((await store.facts(query)).hiddenFrom).toEqual(new Set(['5']));
      expect(await store.mayViewClosedFeeds(viewers)).toEqual(new Set());
      expect(await store.filters(['5'])).toEqual(new Map());
      expect(await new SqlRoles(test().database).can(viewer, 'view_feeds')).toBe(false);

      await test().execute('UPDATE users SET approved = false');
      expect(await tokens.findViewer('secret')).toBeUndefined();
    });

    it('rejects when a column is missing that every Mastodon has', async () => {
      await test().execute('ALTER TABLE accounts DROP COLUMN suspended_at');
      await expect(new SqlTokenStore(test().database).findViewer('secret')).rejects.toThrow('suspended_at');
    });
  });
}

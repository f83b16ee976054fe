import { permissionBits } from '@fedistream/auth';
import { parseScopes, type Viewer } from '@fedistream/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import { SqlLists } from '../auth/sql-lists.js';
import { SqlRoles } from '../auth/sql-roles.js';
import type { TestDatabase } from './test-database.js';

const viewer: Viewer = { accountId: '110000000000000001', userId: '7', tokenId: '1', scopes: parseScopes('read') };

/** The promises of `SqlLists` and `SqlRoles`. */
export function roleAndListContract(test: () => TestDatabase): void {
  describe('SqlLists', () => {
    it('says that only the owner owns a list', async () => {
      await test().clear();
      await test().insert('lists', [
        { id: '9007199254740993', account_id: viewer.accountId },
        { id: '5', account_id: '110000000000000002' },
      ]);
      const lists = new SqlLists(test().database);
      expect(await lists.ownedBy(viewer, '9007199254740993')).toBe(true);
      expect(await lists.ownedBy(viewer, '9007199254740992')).toBe(false);
      expect(await lists.ownedBy(viewer, '5')).toBe(false);
      await test().execute('DELETE FROM lists');
      expect(await lists.ownedBy(viewer, '9007199254740993')).toBe(false);
    });
  });

  describe('SqlLists with concurrent look-ups', () => {
    it('sends one statement, and answers each viewer about their own lists', async () => {
      const other = { ...viewer, accountId: '110000000000000002' };
      await test().clear();
      await test().insert('lists', [
        { id: '1', account_id: viewer.accountId },
        { id: '2', account_id: other.accountId },
      ]);
      const lists = new SqlLists(test().database);
      const statements = await test().statementsOf(async () => {
        const asked = [viewer, other].flatMap((owner) => ['1', '2', '3', '1'].map((id) => lists.ownedBy(owner, id)));
        const owned = [true, false, false, true, false, true, false, false];
        expect(await Promise.all(asked)).toEqual(owned);
      });
      expect(statements).toBe(1);
    });
  });

  describe('SqlRoles', () => {
    let roles: SqlRoles;
    const setRoles = async (own: bigint | null, everyone: bigint | null) => {
      await test().clear();
      await test().insert('users', [{ id: '7', account_id: viewer.accountId, role_id: own === null ? null : '3' }]);
      for (const [id, bits] of [
        ['3', own],
        ['-99', everyone],
      ] as const) {
        await test().insert('user_roles', bits === null ? [] : [{ id, permissions: String(bits) }]);
      }
    };

    beforeEach(() => {
      roles = new SqlRoles(test().database);
    });

    it('grants what the role of the user or the role "everyone" grants', async () => {
      await setRoles(permissionBits.manage_reports, permissionBits.invite_users);
      expect(await roles.can(viewer, 'manage_reports')).toBe(true);
      expect(await roles.can(viewer, 'invite_users')).toBe(true);
      expect(await roles.can(viewer, 'view_feeds')).toBe(false);
      await setRoles(null, permissionBits.view_feeds);
      expect(await roles.can(viewer, 'view_feeds')).toBe(true);
      await setRoles(null, null);
      expect(await roles.can(viewer, 'view_feeds')).toBe(false);
    });

    it('grants administrators every permission', async () => {
      await setRoles(permissionBits.administrator, 0n);
      expect(await roles.can(viewer, 'view_feeds')).toBe(true);
      expect(await roles.can(viewer, 'manage_reports')).toBe(true);
    });

    it('sees a committed change at once, and grants nothing to a deleted user', async () => {
      await setRoles(0n, 0n);
      expect(await roles.can(viewer, 'view_devops')).toBe(false);
      await test().execute('UPDATE user_roles SET permissions = 2 WHERE id = 3');
      expect(await roles.can(viewer, 'view_devops')).toBe(true);
      await test().execute('DELETE FROM users');
      expect(await roles.can(viewer, 'view_devops')).toBe(false);
    });
  });
}

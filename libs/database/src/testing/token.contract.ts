import { beforeEach, describe, expect, it } from 'vitest';
import { SqlTokenStore } from '../auth/sql-token-store.js';
import { utc, type TestDatabase } from './test-database.js';

const accountId = '110000000000000001';
const userId = '9007199254740993';
const tokenId = '9223372036854775807';

const accepted = [
  ['no expiry', ''],
  ['a revocation in the future', `UPDATE oauth_access_tokens SET revoked_at = '${utc(3_600)}'`],
  ['an expiry in the future', `UPDATE oauth_access_tokens SET created_at = '${utc(-60)}', expires_in = 3600`],
  ['an owner who has chosen languages', `UPDATE users SET chosen_languages = '{en}'`],
] as const;

const refused = [
  ['revoked', `UPDATE oauth_access_tokens SET revoked_at = '${utc(-1)}'`],
  ['expired', `UPDATE oauth_access_tokens SET created_at = '${utc(-120)}', expires_in = 60`],
  ['expired at once', `UPDATE oauth_access_tokens SET expires_in = 0`],
  ['of an application', `UPDATE oauth_access_tokens SET resource_owner_id = NULL, application_id = 1`],
  ['of a deleted user', `DELETE FROM users`],
  ['of a disabled user', `UPDATE users SET disabled = true`],
  ['of an unconfirmed user', `UPDATE users SET confirmed_at = NULL`],
  ['of an unapproved user', `UPDATE users SET approved = false`],
  ['of a suspended account', `UPDATE accounts SET suspended_at = '${utc(-60)}'`],
  ['of a memorial', `UPDATE accounts SET memorial = true`],
  ['of an account marked for deletion', `UPDATE accounts SET requested_deletion_at = '${utc(-60)}'`],
] as const;

/** The promises of `SqlTokenStore`. */
export function tokenContract(test: () => TestDatabase): void {
  describe('SqlTokenStore', () => {
    let store: SqlTokenStore;

    beforeEach(async () => {
      const { database } = test();
      store = new SqlTokenStore(database);
      await test().clear();
      await test().insert('accounts', [{ id: accountId, username: 'demo' }]);
      await test().insert('users', [{ id: userId, account_id: accountId, confirmed_at: utc(-60) }]);
      await test().insert('oauth_access_tokens', [
        { id: tokenId, token: 'secret', scopes: 'read write:statuses', resource_owner_id: userId },
      ]);
    });

    it('finds the viewer of a token, with exact ids', async () => {
      expect(await store.findViewer('secret')).toEqual({
        accountId,
        userId,
        tokenId,
        scopes: new Set(['read', 'write:statuses']),
        expiresAt: undefined,
      });
    });

    it.each(accepted)('accepts a token with %s', async (_, change) => {
      await test().execute(change === '' ? 'SELECT' : change);
      expect(await store.findViewer('secret')).toBeDefined();
      expect(await store.scopesOf([tokenId])).toEqual(new Map([[tokenId, new Set(['read', 'write:statuses'])]]));
    });

    it.each(refused)('refuses a token that is %s', async (_, change) => {
      await test().execute(change);
      expect(await store.findViewer('secret')).toBeUndefined();
      expect(await store.scopesOf([tokenId])).toEqual(new Map());
    });

    it.each(['', 'SECRET', 'secret ', "' OR true --", 'sec\0ret', '\uD800', 'x'.repeat(100_000)])(
      'finds no viewer for the token %j',
      async (token) => {
        expect(await store.findViewer(token)).toBeUndefined();
      },
    );

    it('reads missing scopes as none', async () => {
      await test().execute('UPDATE oauth_access_tokens SET scopes = NULL');
      expect((await store.findViewer('secret'))?.scopes).toEqual(new Set());
    });

    it('returns when the token expires or is revoked, whichever comes first', async () => {
      const created = Date.UTC(2100, 0, 1, 12);
      const ends = async (expiresIn: number | null, revokedAt: string | null) => {
        await test().execute(`UPDATE oauth_access_tokens SET created_at = $1, expires_in = $2, revoked_at = $3`, [
          '2100-01-01 12:00:00.5',
          expiresIn,
          revokedAt,
        ]);
        return (await store.findViewer('secret'))?.expiresAt;
      };
      expect(await ends(7_200, null)).toBe(created + 7_200_500);
      expect(await ends(7_200, '2100-01-01 13:00:00')).toBe(created + 3_600_000);
      expect(await ends(null, '2100-01-01 13:00:00')).toBe(created + 3_600_000);
      expect(await ends(2_147_483_647, null)).toBe(created + 2_147_483_647_500);
      expect(await ends(null, null)).toBeUndefined();
    });

    it('re-validates many tokens at once, and ignores texts that are no ids', async () => {
      await test().insert('oauth_access_tokens', [
        { id: '1', token: 'a', resource_owner_id: userId, revoked_at: null },
        { id: '2', token: 'b', resource_owner_id: userId, revoked_at: utc(-1) },
      ]);
      const ids = ['1', '2', '3', tokenId, '9223372036854775808', 'x', '', '1.5'];
      expect(await store.scopesOf(ids)).toEqual(
        new Map([
          ['1', new Set()],
          [tokenId, new Set(['read', 'write:statuses'])],
        ]),
      );
      expect(await store.scopesOf([])).toEqual(new Map());
    });

    it('looks up tokens that arrive within the batch delay in one statement, and answers each by itself', async () => {
      await test().insert('oauth_access_tokens', [
        { id: '1', token: 'other', resource_owner_id: userId, revoked_at: null },
        { id: '2', token: 'revoked', resource_owner_id: userId, revoked_at: utc(-1) },
      ]);
      await store.findViewer('unknown');
      const statements = await test().statementsOf(async () => {
        const first = store.findViewer('revoked');
        await new Promise((resolve) => setImmediate(resolve));
        const found = await Promise.all([
          first,
          ...['other', 'secret', "'", 'other'].map((token) => store.findViewer(token)),
        ]);
        expect(found.map((viewer) => viewer?.tokenId)).toEqual([undefined, '1', tokenId, undefined, '1']);
      });
      expect(statements).toBe(1);
    });

    it('caches nothing: it looks up a token again that it has just refused', async () => {
      expect(await store.findViewer('new')).toBeUndefined();
      await test().insert('oauth_access_tokens', [{ id: '1', token: 'new', resource_owner_id: userId }]);
      expect(await store.findViewer('new')).toBeDefined();
      await test().execute(`UPDATE oauth_access_tokens SET revoked_at = '${utc(-1)}'`);
      expect(await store.findViewer('new')).toBeUndefined();
    });

    it('sends one statement for a token, and one for a re-validation', async () => {
      await test().database.columns();
      expect(await test().statementsOf(() => store.findViewer('secret'))).toBe(1);
      expect(await test().statementsOf(() => store.scopesOf([tokenId, '1', '2']))).toBe(1);
    });
  });
}

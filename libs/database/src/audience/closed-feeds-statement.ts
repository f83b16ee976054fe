import { permissionBits } from '@fedistream/auth';
import { everyoneRoleId } from '../auth/everyone-role-id.js';
import type { Columns } from '../schema/columns.js';

const opens = `permissions & ${permissionBits.administrator | permissionBits.view_feeds} <> 0`;

/**
 * Selects the accounts whose role, or the role "everyone", may open closed feeds: their ids as one text, separated by blanks.
 *
 * @param accounts SQL of type bigint[]
 * @returns `undefined` for a Mastodon before 4.0, which has no `user_roles`: then no account may
 */
export function mayViewClosedFeedsSelect(columns: Columns, accounts: string): string | undefined {
  if (!columns.has('user_roles.permissions') || !columns.has('users.role_id')) {
    return undefined;
  }
  return `SELECT 'opens', NULL, string_agg(account_id::text, ' '), NULL::boolean FROM users
  WHERE account_id = ANY ((SELECT ${accounts})::bigint[])
    AND (EXISTS (SELECT FROM user_roles WHERE id = ${everyoneRoleId} AND ${opens})
      OR role_id IN (SELECT id FROM user_roles WHERE ${opens}))`;
}

import { permissionBits } from '@fedistream/auth';
import { everyonesRole } from '../auth/everyones-role.js';
import type { Columns } from '../schema/columns.js';

const opens = `permissions & ${permissionBits.administrator | permissionBits.view_feeds} <> 0`;

/**
 * Selects those of these accounts whose role, or everyone's, opens closed feeds: one text, separated by blanks.
 *
 * @param accounts SQL of type bigint[]
 * @returns `undefined` for a Mastodon from before there were roles, where no role does
 */
export function mayViewClosedFeedsSelect(columns: Columns, accounts: string): string | undefined {
  if (!columns.has('user_roles.permissions') || !columns.has('users.role_id')) {
    return undefined;
  }
  return `SELECT 'opens', NULL, string_agg(account_id::text, ' '), NULL::boolean FROM users
  WHERE account_id = ANY ((SELECT ${accounts})::bigint[])
    AND (EXISTS (SELECT FROM user_roles WHERE id = ${everyonesRole} AND ${opens})
      OR role_id IN (SELECT id FROM user_roles WHERE ${opens}))`;
}

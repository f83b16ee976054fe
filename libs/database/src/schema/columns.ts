/** A column that an older Mastodon may lack. All others must be there, or statements fail. */
export type OptionalColumn =
  | 'accounts.memorial'
  | 'accounts.requested_deletion_at'
  | 'custom_filter_keywords.id'
  | 'custom_filter_statuses.id'
  | 'mutes.expires_at'
  | 'user_roles.permissions'
  | 'users.approved'
  | 'users.disabled'
  | 'users.role_id';

/** Sends one statement. */
export interface ColumnQuery {
  query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** Which of the optional columns there are. */
export type Columns = ReadonlySet<OptionalColumn>;

const tables = ['accounts', 'custom_filter_keywords', 'custom_filter_statuses', 'mutes', 'user_roles', 'users'];

/**
 * Looks up what there is. In the catalogue itself, not in `information_schema`, which shows only what the role may read:
 * a column without the right to read it must make statements fail, and not count as one that does not exist.
 */
export async function readColumns(database: ColumnQuery): Promise<Columns> {
  const rows = await database.query<{ name: OptionalColumn }>(
    `SELECT c.relname || '.' || a.attname AS name
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE a.attrelid = ANY (ARRAY(SELECT to_regclass(t)::oid FROM unnest($1::text[]) t)) AND a.attnum > 0 AND NOT a.attisdropped`,
    [tables],
  );
  return new Set(rows.map(({ name }) => name));
}

/** A column that an older Mastodon may lack. Without any other column, statements fail. */
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

/** The optional columns that exist. */
export type Columns = ReadonlySet<OptionalColumn>;

const tables = ['accounts', 'custom_filter_keywords', 'custom_filter_statuses', 'mutes', 'user_roles', 'users'];

/**
 * Looks up which optional columns exist. It reads the catalogue, because `information_schema` hides columns that the role may
 * not read. Such a column must make statements fail instead of counting as absent.
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

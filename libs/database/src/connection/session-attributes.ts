import type { Pool } from 'pg';

/** The values of libpq's `target_session_attrs`, which selects one of several servers. */
export const sessionAttributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;

/** One of {@link sessionAttributes}. */
export type SessionAttributes = (typeof sessionAttributes)[number];

/** Whether a text is one of {@link sessionAttributes}. */
export function isSessionAttributes(text: string): text is SessionAttributes {
  return (sessionAttributes as readonly string[]).includes(text);
}

/**
 * Whether the server behind a pool has the wanted attributes.
 *
 * @throws Error when the query fails
 */
export async function hasAttributes(pool: Pool, wanted: SessionAttributes): Promise<boolean> {
  if (wanted === 'any') {
    return true;
  }
  const { rows } = await pool.query<{ standby: boolean; readOnly: boolean }>(
    `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly"`,
  );
  const { standby = false, readOnly = false } = rows[0] ?? {};
  return { 'read-write': !readOnly, 'read-only': readOnly, primary: !standby, standby, 'prefer-standby': standby }[
    wanted
  ];
}

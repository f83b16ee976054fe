import type { Pool } from 'pg';
import type { DataSource, Driver } from 'typeorm';
import { wantsOtherEncryption, type Encryption } from './connection-options.js';

/** A pool that has reached the server. */
export interface OpenPool {
  readonly pool: Pool;
  /**
   * Whether the server's process answers itself. A pooler such as PgBouncer makes up the number that it gives as that of
   * the process; behind it, two queries of one connection may reach two sessions.
   */
  readonly direct: boolean;
}

/**
 * Initialises the source, encrypted in the first of these ways that the server accepts.
 *
 * @throws Error when the server cannot be reached; the source can be initialised again
 */
export async function openPool(
  source: DataSource,
  [encryption = false, ...others]: readonly Encryption[],
): Promise<OpenPool> {
  const driver = source.driver as Driver & { readonly master: Pool };
  source.setOptions({ ...source.options, ssl: encryption } as Parameters<DataSource['setOptions']>[0]);
  try {
    await source.initialize();
    return { pool: driver.master, direct: await isDirect(driver.master) };
  } catch (failure) {
    await (source.isInitialized ? source.destroy() : driver.disconnect()).catch(() => undefined);
    if (others.length > 0 && wantsOtherEncryption(failure, encryption)) {
      return openPool(source, others);
    }
    throw failure;
  }
}

async function isDirect(pool: Pool): Promise<boolean> {
  const client = await pool.connect();
  // Without a listener, a connection that ends now would end the process. The query fails then, and says so.
  const ignore = () => undefined;
  client.on('error', ignore);
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return rows[0]?.pid === (client as { readonly processID?: unknown }).processID;
  } finally {
    client.off('error', ignore);
    client.release();
  }
}

import type { Pool, PoolClient } from 'pg';
import type { ConnectionAttempt, ConnectionOptions } from './connection-options.js';
import { dataSourceOptions, type PoolOptions } from './data-source-options.js';
import { wantsOtherEncryption } from './encryption.js';
import type { PooledSource } from './pooled-source.js';
import { hasAttributes, type SessionAttributes } from './session-attributes.js';

/** A pool that is connected to a server. */
export interface OpenPool {
  readonly pool: Pool;
  /**
   * Whether the connection reaches the server without a pooler, so that prepared statements work. A pooler such as PgBouncer
   * reports another process id than the backend's; behind it, two queries of one connection may reach two sessions.
   */
  readonly direct: boolean;
}

/** How long to wait for the connections of a failed attempt to close, in ms. */
const closeTimeoutMs = 1_000;

/**
 * Initialises the source with the first attempt that succeeds, as libpq does. After a refused encryption it tries the next
 * encryption. After an unreachable server, or one with other attributes, it tries the next host. After refused credentials it
 * gives up.
 *
 * @param source gets the options of each attempt
 * @throws Error the last failure; callers may call it again with the same source
 */
export async function openPool(
  source: PooledSource,
  { attempts, sessionAttributes }: ConnectionOptions,
  options: PoolOptions,
): Promise<OpenPool> {
  const passes: SessionAttributes[] = sessionAttributes === 'prefer-standby' ? ['standby', 'any'] : [sessionAttributes];
  let failure: unknown = new Error('the settings name no server');
  for (const wanted of passes) {
    let refusedHost: unknown;
    for (const attempt of attempts) {
      if (
        hostOf(attempt) === refusedHost &&
        !wantsOtherEncryption(failure, attemptBefore(attempts, attempt).encryption)
      ) {
        continue;
      }
      try {
        return await open(source, attempt, wanted, options);
      } catch (error) {
        failure = error;
        refusedHost = hostOf(attempt);
        if (isRefusal(error) && !wantsOtherEncryption(error, attempt.encryption)) {
          throw error;
        }
      }
    }
  }
  throw failure;
}

async function open(
  pooled: PooledSource,
  { parameters, encryption }: ConnectionAttempt,
  wanted: SessionAttributes,
  options: PoolOptions,
): Promise<OpenPool> {
  const { source } = pooled;
  const settings = dataSourceOptions({ ...parameters, ssl: encryption }, options);
  source.setOptions(settings);
  try {
    await source.initialize();
    const { pool } = pooled;
    if (pool === undefined) {
      throw new Error('TypeORM has created no pool');
    }
    if (!(await hasAttributes(pool, wanted))) {
      throw new Error(`the server is not ${wanted}, which target_session_attrs requires`);
    }
    return { pool, direct: await isDirect(pool) };
  } catch (failure) {
    await pooled.close(closeTimeoutMs);
    throw failure;
  }
}

function hostOf({ parameters }: ConnectionAttempt): string {
  return `${String(parameters['host'])}:${String(parameters['port'])}`;
}

function attemptBefore(attempts: readonly ConnectionAttempt[], attempt: ConnectionAttempt): ConnectionAttempt {
  return attempts[attempts.indexOf(attempt) - 1] ?? attempt;
}

/** SQLSTATE class 28: invalid authorisation. */
function isRefusal(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && /^28/.test(String(failure.code));
}

async function isDirect(pool: Pool): Promise<boolean> {
  const client: PoolClient = await pool.connect();
  // Without a listener, an error of the connection would end the process. The query rejects with it anyway.
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

import { DatabaseError, type Pool } from 'pg';
import type { ConnectionOptions } from './connection-options.js';
import type { PoolOptions } from './data-source-options.js';
import { openPool, type OpenPool } from './open-pool.js';
import type { PooledSource } from './pooled-source.js';

/** How a pool is opened and ended. */
export interface LazyPoolSettings {
  readonly connection: ConnectionOptions;
  readonly options: PoolOptions;
  /** How long it may take to end, in milliseconds. */
  readonly closeTimeoutMs: number;
  /** Called each time when it has been opened. */
  readonly opened: (pool: OpenPool) => void;
}

/** The one pool of a database: opened on first use, and at another server when its own can no longer be reached. */
export class LazyPool {
  readonly #source: PooledSource;
  readonly #settings: LazyPoolSettings;
  #opening: Promise<Pool> | undefined;
  #pool: Pool | undefined;
  #closed = false;

  constructor(source: PooledSource, settings: LazyPoolSettings) {
    this.#source = source;
    this.#settings = settings;
  }

  /** The open pool, if there is one. */
  get current(): Pool | undefined {
    return this.#pool;
  }

  /**
   * The open pool. Callers that ask while it is opened share the attempt.
   *
   * @throws Error as {@link openPool}; and after {@link close}
   */
  open(): Promise<Pool> {
    if (this.#pool !== undefined) {
      return Promise.resolve(this.#pool);
    }
    return this.#closed ? Promise.reject(new Error('the database has been closed')) : this.#begin(() => this.#open());
  }

  /** With several servers, connects to another one after the present one became unreachable. */
  leaveLostServer(failure: unknown): void {
    const { attempts } = this.#settings.connection;
    if (attempts.length > 1 && !(failure instanceof DatabaseError) && this.#pool !== undefined && !this.#closed) {
      this.#pool = undefined;
      this.#begin(() => this.#disconnect().then(() => this.#open())).catch(() => undefined);
    }
  }

  /** Ends the pool: statements under way are awaited, and it is not opened again. A second call does nothing. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      await this.#opening?.catch(() => undefined);
      await this.#disconnect();
    }
  }

  #begin(open: () => Promise<Pool>): Promise<Pool> {
    this.#opening ??= open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Pool> {
    const { connection, options, opened } = this.#settings;
    const open = await openPool(this.#source, connection, options);
    opened(open);
    return (this.#pool = open.pool);
  }

  async #disconnect(): Promise<void> {
    this.#pool = undefined;
    await this.#source.close(this.#settings.closeTimeoutMs);
  }
}

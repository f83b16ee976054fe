import { withTimeout } from '@fedistream/util';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source-options.js';

/** TypeORM's data source together with the pool of node-postgres that it uses. */
export class PooledSource {
  readonly source: DataSource;
  #pool: Pool | undefined;

  /** Does not connect: `openPool` does. */
  constructor() {
    // TypeORM reads `driver` once, in its constructor. `openPool` replaces the other options for each attempt.
    const onPool = (pool: Pool) => {
      this.#pool = pool;
    };
    this.source = new DataSource(dataSourceOptions({}, { poolSize: 1, onPool }));
  }

  /**
   * Ends the pool, and waits for running statements, at most this long. The limit is needed because TypeORM does not release
   * the connection when its own statement times out during initialisation.
   */
  async close(timeoutMs: number): Promise<void> {
    const closed = this.source.isInitialized ? this.source.destroy() : this.#pool?.end();
    this.#pool = undefined;
    if (closed) {
      await withTimeout(timeoutMs, closed).catch(() => undefined);
    }
  }

  /** The pool that TypeORM has created last; `undefined` before the first one. */
  get pool(): Pool | undefined {
    return this.#pool;
  }
}

import { withTimeout } from '@fedistream/util';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source-options.js';

/** TypeORM's data source together with the pool of node-postgres that it uses. */
export class PooledSource {
  readonly source: DataSource;
  #pool: Pool | undefined;

  /** Connects to nothing: `openPool` does. */
  constructor() {
    // TypeORM takes its driver once and for all; the other options are replaced for each attempt to connect.
    const onPool = (pool: Pool) => {
      this.#pool = pool;
    };
    this.source = new DataSource(dataSourceOptions({}, { poolSize: 1, onPool }));
  }

  /**
   * Ends the pool. Statements under way are awaited, for so long: when a statement of TypeORM's own times out while it
   * initialises, it does not give the connection back, and the pool would wait for it without end.
   */
  async close(timeoutMs: number): Promise<void> {
    const closed = this.source.isInitialized ? this.source.destroy() : this.#pool?.end();
    this.#pool = undefined;
    if (closed) {
      await withTimeout(timeoutMs, closed).catch(() => undefined);
    }
  }

  /** The pool that TypeORM has made last; `undefined` before it made one. */
  get pool(): Pool | undefined {
    return this.#pool;
  }
}

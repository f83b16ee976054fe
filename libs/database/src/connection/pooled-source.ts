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

  /** The pool that TypeORM has made last; `undefined` before it made one. */
  get pool(): Pool | undefined {
    return this.#pool;
  }
}

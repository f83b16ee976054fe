import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** The present state of the connection pool, for metrics. */
@Injectable()
export class DatabasePool {
  constructor(private readonly database: Database) {}

  /** Whether the database answers, see {@link DatabaseState.up}; false before the first statement. */
  get up(): boolean {
    return this.database.up;
  }

  /** The number of connections, in use or idle. */
  get total(): number {
    return this.database.pool.total;
  }

  /** The number of idle connections. */
  get idle(): number {
    return this.database.pool.idle;
  }

  /** The number of statements that wait for a connection. */
  get waiting(): number {
    return this.database.pool.waiting;
  }
}

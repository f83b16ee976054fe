import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** How the pool of connections is doing at this moment, for metrics. */
@Injectable()
export class DatabasePool {
  constructor(private readonly database: Database) {}

  /** Whether the last attempt to ask was answered; false before the first one. */
  get up(): boolean {
    return this.database.up;
  }

  /** Connections, in use or not. */
  get total(): number {
    return this.database.pool.total;
  }

  /** Connections not in use. */
  get idle(): number {
    return this.database.pool.idle;
  }

  /** Statements that wait for a connection. */
  get waiting(): number {
    return this.database.pool.waiting;
  }
}

import type { DataSource } from 'typeorm';
import type { Database } from '../connection/database.js';

type Cell = string | number | boolean | null | readonly string[];

/** The database of one spec file, embedded or on a server. */
export class TestDatabase {
  constructor(
    /** The database under test, with a role that may only SELECT if it is on a server. */
    readonly database: Database,
    /** A connection of the owner of the tables. */
    readonly owner: DataSource,
  ) {}

  /** Executes a statement as the owner. */
  async execute(sql: string, values: unknown[] = []): Promise<void> {
    await this.owner.query(sql, values);
  }

  /** Inserts rows, all with the same columns. Timestamps have the format of {@link utc}. */
  async insert(table: string, rows: readonly Readonly<Record<string, Cell>>[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {}).join(', ');
    if (columns !== '') {
      await this.execute(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    }
  }

  /** Empties all tables. */
  async clear(): Promise<void> {
    const tables = this.owner.entityMetadatas.map(({ tableName }) => tableName);
    await this.execute(`TRUNCATE ${tables.join(', ')}`);
    await this.execute('ALTER SEQUENCE ids RESTART');
  }

  /** Returns how many statements the work sends. */
  async statementsOf(work: () => Promise<unknown>): Promise<number> {
    const before = this.database.statements;
    await work();
    return this.database.statements - before;
  }
}

/** The time this many seconds from now, as a timestamp in UTC without time zone. */
export function utc(secondsFromNow: number): string {
  return new Date(Date.now() + secondsFromNow * 1_000).toISOString().slice(0, -1);
}

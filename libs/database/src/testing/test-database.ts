import type { DataSource } from 'typeorm';
import type { Database } from '../connection/database.js';

type Cell = string | number | boolean | null | readonly string[];

/** A database with our tables, for one spec file: the promises are the same, whatever stands behind it. */
export class TestDatabase {
  constructor(
    /** What is under test; may do no more than read. */
    readonly database: Database,
    /** Of a user who may do everything. */
    readonly owner: DataSource,
  ) {}

  /** Executes a statement as the owner. */
  async execute(sql: string, values: unknown[] = []): Promise<void> {
    await this.owner.query(sql, values);
  }

  /** Adds rows, all with the same columns. Timestamps as {@link utc} writes them. */
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

  /** How many statements the work sends. */
  async statementsOf(work: () => Promise<unknown>): Promise<number> {
    const before = this.database.statements;
    await work();
    return this.database.statements - before;
  }
}

/** A moment so many seconds from now, as a timestamp without time zone in UTC. */
export function utc(secondsFromNow: number): string {
  return new Date(Date.now() + secondsFromNow * 1_000).toISOString().slice(0, -1);
}

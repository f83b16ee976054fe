import type { QueryConfig } from 'pg';
import type { Columns } from '../schema/columns.js';

/** A statement of node-postgres. */
export type Query = QueryConfig<unknown[]> & { rowMode?: 'array'; query_timeout?: number };

/** Sends statements; within a look-up, its deadline ends them. */
export interface Statements {
  /**
   * @returns the rows as objects
   * @throws Error when the database is unreachable, does not answer in time or refuses; then the connection is closed
   */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;

  /** Like {@link query}, with rows as arrays of their columns, which is cheaper. */
  queryArrays<Row extends readonly unknown[]>(text: string, values: readonly unknown[]): Promise<Row[]>;

  /** The optional columns that exist. Looked up once, and again after a failed statement. */
  columns(): Promise<Columns>;
}

/** The SQLSTATE of a failure; empty when PostgreSQL has not answered. */
export function sqlStateOf(failure: unknown): string {
  return failure instanceof Error && 'code' in failure ? String(failure.code) : '';
}

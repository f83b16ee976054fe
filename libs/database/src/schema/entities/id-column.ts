import { PrimaryColumn } from 'typeorm';

/**
 * `id`, a bigint and thus a string here. Whoever inserts may give it; else it comes from one sequence for all tables.
 * (A column that TypeORM knows to be generated cannot be given.)
 */
export function IdColumn(): PropertyDecorator {
  return PrimaryColumn('bigint', { default: () => "nextval('ids')" });
}

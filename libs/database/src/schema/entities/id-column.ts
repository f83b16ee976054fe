import { PrimaryColumn } from 'typeorm';

/**
 * `id`, a bigint and thus a string here. An INSERT may give it; otherwise it comes from one sequence for all tables.
 * (A column that TypeORM knows to be generated cannot be given.)
 */
export function IdColumn(): PropertyDecorator {
  return PrimaryColumn('bigint', { default: () => "nextval('ids')" });
}

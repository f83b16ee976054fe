import { PrimaryColumn } from 'typeorm';

/**
 * The column `id`: a bigint, which is a string in JavaScript. An INSERT may set it; its default is one sequence for all
 * tables. TypeORM's `PrimaryGeneratedColumn` could not be set.
 */
export function IdColumn(): PropertyDecorator {
  return PrimaryColumn('bigint', { default: () => "nextval('ids')" });
}

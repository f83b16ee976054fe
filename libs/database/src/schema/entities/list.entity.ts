import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** A list of accounts that `accountId` keeps. */
@Entity('lists')
@Index('index_lists_on_account_id', ['accountId'])
export class ListEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('varchar', { default: '' })
  title!: string;
}

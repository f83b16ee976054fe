import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A list of accounts that `accountId` keeps. */
@Entity('lists')
@Index('index_lists_on_account_id', ['accountId'])
export class ListEntity {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('varchar', { default: '' })
  title!: string;
}

import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** `accountId` has blocked `targetAccountId`. */
@Entity('blocks')
@Index('index_blocks_on_account_id_and_target_account_id', ['accountId', 'targetAccountId'], { unique: true })
@Index('index_blocks_on_target_account_id', ['targetAccountId'])
export class BlockEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('bigint', { name: 'target_account_id' })
  targetAccountId!: string;
}

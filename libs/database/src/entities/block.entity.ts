import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** `accountId` has blocked `targetAccountId`. */
@Entity('blocks')
@Index('index_blocks_on_account_id_and_target_account_id', ['accountId', 'targetAccountId'], { unique: true })
@Index('index_blocks_on_target_account_id', ['targetAccountId'])
export class BlockEntity {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('bigint', { name: 'target_account_id' })
  targetAccountId!: string;
}

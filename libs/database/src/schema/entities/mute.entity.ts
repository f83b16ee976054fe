import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** `accountId` has muted `targetAccountId`, for ever or until `expiresAt`. */
@Entity('mutes')
@Index('index_mutes_on_account_id_and_target_account_id', ['accountId', 'targetAccountId'], { unique: true })
@Index('index_mutes_on_target_account_id', ['targetAccountId'])
export class MuteEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('bigint', { name: 'target_account_id' })
  targetAccountId!: string;

  @Column('timestamp', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}

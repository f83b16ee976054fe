import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** A user who may log in: one for each local account. */
@Entity('users')
@Index('index_users_on_account_id', ['accountId'])
export class UserEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('boolean', { default: false })
  disabled!: boolean;

  @Column('boolean', { default: true })
  approved!: boolean;

  @Column('timestamp', { name: 'confirmed_at', nullable: true })
  confirmedAt!: Date | null;

  /** Languages of public timelines; null for all. */
  @Column('varchar', { name: 'chosen_languages', array: true, nullable: true })
  chosenLanguages!: string[] | null;

  @Column('bigint', { name: 'role_id', nullable: true })
  roleId!: string | null;
}

import { Column, Entity } from 'typeorm';
import { IdColumn } from './id-column.js';

/** Every account that the platform knows, local (`domain` is null) and remote. */
@Entity('accounts')
export class AccountEntity {
  @IdColumn()
  id!: string;

  @Column('varchar', { default: '' })
  username!: string;

  @Column('varchar', { nullable: true })
  domain!: string | null;

  @Column('timestamp', { name: 'suspended_at', nullable: true })
  suspendedAt!: Date | null;

  @Column('boolean', { default: false })
  memorial!: boolean;

  /** Older versions of Mastodon lack this column. */
  @Column('timestamp', { name: 'requested_deletion_at', nullable: true })
  requestedDeletionAt!: Date | null;
}

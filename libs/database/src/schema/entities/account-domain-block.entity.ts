import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** `accountId` has blocked all accounts of a domain. */
@Entity('account_domain_blocks')
@Index('index_account_domain_blocks_on_account_id_and_domain', ['accountId', 'domain'], { unique: true })
export class AccountDomainBlockEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'account_id', nullable: true })
  accountId!: string | null;

  /** In lower case. */
  @Column('varchar', { nullable: true })
  domain!: string | null;
}

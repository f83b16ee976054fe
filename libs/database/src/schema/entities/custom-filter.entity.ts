import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** A filter of `accountId`: clients hide, blur or warn of statuses that match its keywords or that it names. */
@Entity('custom_filters')
@Index('index_custom_filters_on_account_id', ['accountId'])
export class CustomFilterEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'account_id', nullable: true })
  accountId!: string | null;

  /** The title; the column dates from the time when a filter was one phrase. */
  @Column('text', { name: 'phrase', default: '' })
  title!: string;

  @Column('varchar', { array: true, default: () => "'{}'" })
  context!: string[];

  /** 0 warn, 1 hide, 2 blur. */
  @Column('integer', { default: 0 })
  action!: number;

  @Column('timestamp', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}

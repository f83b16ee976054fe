import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** One status that a filter names. */
@Entity('custom_filter_statuses')
@Index('index_custom_filter_statuses_on_custom_filter_id', ['customFilterId'])
@Index('index_custom_filter_statuses_on_status_id', ['statusId'])
export class CustomFilterStatusEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'custom_filter_id' })
  customFilterId!: string;

  @Column('bigint', { name: 'status_id' })
  statusId!: string;
}

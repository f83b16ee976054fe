import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One status that a filter names. */
@Entity('custom_filter_statuses')
@Index('index_custom_filter_statuses_on_custom_filter_id', ['customFilterId'])
@Index('index_custom_filter_statuses_on_status_id', ['statusId'])
export class CustomFilterStatusEntity {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  @Column('bigint', { name: 'custom_filter_id' })
  customFilterId!: string;

  @Column('bigint', { name: 'status_id' })
  statusId!: string;
}

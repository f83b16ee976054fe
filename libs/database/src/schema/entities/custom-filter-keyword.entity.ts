import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** One keyword of a filter. */
@Entity('custom_filter_keywords')
@Index('index_custom_filter_keywords_on_custom_filter_id', ['customFilterId'])
export class CustomFilterKeywordEntity {
  @IdColumn()
  id!: string;

  @Column('bigint', { name: 'custom_filter_id' })
  customFilterId!: string;

  @Column('text', { default: '' })
  keyword!: string;

  @Column('boolean', { name: 'whole_word', default: true })
  wholeWord!: boolean;
}

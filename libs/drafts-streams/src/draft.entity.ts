import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A text that is being written, on several devices of one account. */
@Entity('drafts')
export class Draft {
  @PrimaryColumn('bigint')
  id!: string;

  @Column('bigint', { name: 'account_id' })
  accountId!: string;

  @Column('text')
  kind!: 'text' | 'poll';

  @Column('boolean')
  unread!: boolean;
}

import { Column, Entity } from 'typeorm';
import { IdColumn } from './id-column.js';

/** A role. The role with id -99 applies to every user. */
@Entity('user_roles')
export class UserRoleEntity {
  @IdColumn()
  id!: string;

  /** A bit mask, as a decimal number. */
  @Column('bigint', { default: '0' })
  permissions!: string;
}

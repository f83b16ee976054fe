import { Column, Entity } from 'typeorm';
import { IdColumn } from './id-column.js';

/** A role; the one with id -99 is every user's. */
@Entity('user_roles')
export class UserRoleEntity {
  @IdColumn()
  id!: string;

  /** Bits, as a decimal number. */
  @Column('bigint', { default: '0' })
  permissions!: string;
}

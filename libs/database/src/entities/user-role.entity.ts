import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A role; the one with id -99 is everybody's. */
@Entity('user_roles')
export class UserRoleEntity {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  /** Bits, as a decimal number. */
  @Column('bigint', { default: '0' })
  permissions!: string;
}

import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A setting of the whole platform. */
@Entity('settings')
@Index('index_settings_on_var', ['var'], { unique: true })
export class SettingEntity {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' })
  id!: string;

  @Column('varchar')
  var!: string;

  /** YAML. */
  @Column('text', { nullable: true })
  value!: string | null;
}

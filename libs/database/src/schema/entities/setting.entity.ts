import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** A setting of the whole platform. */
@Entity('settings')
@Index('index_settings_on_var', ['var'], { unique: true })
export class SettingEntity {
  @IdColumn()
  id!: string;

  @Column('varchar')
  var!: string;

  /** YAML. */
  @Column('text', { nullable: true })
  value!: string | null;
}

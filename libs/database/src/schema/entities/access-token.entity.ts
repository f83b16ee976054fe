import { Column, Entity, Index } from 'typeorm';
import { IdColumn } from './id-column.js';

/** An OAuth access token. Those of applications have no resource owner. */
@Entity('oauth_access_tokens')
@Index('index_oauth_access_tokens_on_token', ['token'], { unique: true })
export class AccessTokenEntity {
  @IdColumn()
  id!: string;

  @Column('varchar')
  token!: string;

  /** Names separated by blanks; null means none. */
  @Column('varchar', { nullable: true })
  scopes!: string | null;

  /** `users.id` */
  @Column('bigint', { name: 'resource_owner_id', nullable: true })
  resourceOwnerId!: string | null;

  @Column('bigint', { name: 'application_id', nullable: true })
  applicationId!: string | null;

  @Column('timestamp', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  /** In seconds after `createdAt`; null for tokens that do not expire. */
  @Column('integer', { name: 'expires_in', nullable: true })
  expiresIn!: number | null;

  @Column('timestamp', { name: 'created_at', default: () => "timezone('UTC', now())" })
  createdAt!: Date;
}

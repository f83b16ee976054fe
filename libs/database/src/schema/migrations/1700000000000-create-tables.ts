import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creates the tables in an empty database, with Mastodon's names, types and indexes. Mastodon's own tables are never migrated. */
export class CreateTables1700000000000 implements MigrationInterface {
  readonly name = 'CreateTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${tables.join(', ')}`);
    await runner.query('DROP SEQUENCE ids');
  }
}

const tables = [
  'accounts',
  'users',
  'user_roles',
  'oauth_access_tokens',
  'blocks',
  'mutes',
  'account_domain_blocks',
  'lists',
  'custom_filters',
  'custom_filter_keywords',
  'custom_filter_statuses',
  'settings',
];

const statements = [
  `CREATE SEQUENCE ids`,

  `CREATE TABLE accounts (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    username varchar NOT NULL DEFAULT '',
    domain varchar,
    suspended_at timestamp,
    memorial boolean NOT NULL DEFAULT false,
    requested_deletion_at timestamp
  )`,

  `CREATE TABLE users (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    account_id bigint NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    approved boolean NOT NULL DEFAULT true,
    confirmed_at timestamp,
    chosen_languages varchar[],
    role_id bigint
  )`,
  `CREATE INDEX index_users_on_account_id ON users (account_id)`,

  `CREATE TABLE user_roles (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    permissions bigint NOT NULL DEFAULT 0
  )`,

  `CREATE TABLE oauth_access_tokens (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    token varchar NOT NULL,
    scopes varchar,
    resource_owner_id bigint,
    application_id bigint,
    revoked_at timestamp,
    expires_in integer,
    created_at timestamp NOT NULL DEFAULT timezone('UTC', now())
  )`,
  `CREATE UNIQUE INDEX index_oauth_access_tokens_on_token ON oauth_access_tokens (token)`,

  `CREATE TABLE blocks (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    account_id bigint NOT NULL,
    target_account_id bigint NOT NULL
  )`,
  `CREATE UNIQUE INDEX index_blocks_on_account_id_and_target_account_id ON blocks (account_id, target_account_id)`,
  `CREATE INDEX index_blocks_on_target_account_id ON blocks (target_account_id)`,

  `CREATE TABLE mutes (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    account_id bigint NOT NULL,
    target_account_id bigint NOT NULL,
    expires_at timestamp
  )`,
  `CREATE UNIQUE INDEX index_mutes_on_account_id_and_target_account_id ON mutes (account_id, target_account_id)`,
  `CREATE INDEX index_mutes_on_target_account_id ON mutes (target_account_id)`,

  `CREATE TABLE account_domain_blocks (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    account_id bigint,
    domain varchar
  )`,
  `CREATE UNIQUE INDEX index_account_domain_blocks_on_account_id_and_domain
    ON account_domain_blocks (account_id, domain)`,

  `CREATE TABLE lists (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    account_id bigint NOT NULL,
    title varchar NOT NULL DEFAULT ''
  )`,
  `CREATE INDEX index_lists_on_account_id ON lists (account_id)`,

  `CREATE TABLE custom_filters (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    account_id bigint,
    phrase text NOT NULL DEFAULT '',
    context varchar[] NOT NULL DEFAULT '{}',
    action integer NOT NULL DEFAULT 0,
    expires_at timestamp
  )`,
  `CREATE INDEX index_custom_filters_on_account_id ON custom_filters (account_id)`,

  `CREATE TABLE custom_filter_keywords (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    custom_filter_id bigint NOT NULL,
    keyword text NOT NULL DEFAULT '',
    whole_word boolean NOT NULL DEFAULT true
  )`,
  `CREATE INDEX index_custom_filter_keywords_on_custom_filter_id ON custom_filter_keywords (custom_filter_id)`,

  `CREATE TABLE custom_filter_statuses (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    custom_filter_id bigint NOT NULL,
    status_id bigint NOT NULL
  )`,
  `CREATE INDEX index_custom_filter_statuses_on_custom_filter_id ON custom_filter_statuses (custom_filter_id)`,
  `CREATE INDEX index_custom_filter_statuses_on_status_id ON custom_filter_statuses (status_id)`,

  `CREATE TABLE settings (
    id bigint PRIMARY KEY DEFAULT nextval('ids'),
    var varchar NOT NULL,
    value text
  )`,
  `CREATE UNIQUE INDEX index_settings_on_var ON settings (var)`,
];

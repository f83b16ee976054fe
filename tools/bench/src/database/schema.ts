/**
 * The tables and indexes of Mastodon's schema that a streaming server reads, with the columns it reads. Nothing writes while
 * the benchmark runs, so autovacuum would only disturb.
 */
export const schema = `
CREATE TABLE user_roles (
  id bigint PRIMARY KEY, name varchar NOT NULL DEFAULT '', permissions bigint NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());

CREATE TABLE accounts (
  id bigint PRIMARY KEY, username varchar NOT NULL DEFAULT '', domain varchar, suspended_at timestamp,
  memorial boolean NOT NULL DEFAULT false, requested_deletion_at timestamp,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());

CREATE TABLE users (
  id bigint PRIMARY KEY, account_id bigint NOT NULL, disabled boolean NOT NULL DEFAULT false,
  approved boolean NOT NULL DEFAULT true, confirmed_at timestamp, chosen_languages varchar[], role_id bigint,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());
CREATE INDEX index_users_on_account_id ON users (account_id);

CREATE TABLE oauth_access_tokens (
  id bigint PRIMARY KEY, token varchar NOT NULL, scopes varchar, resource_owner_id bigint, application_id bigint,
  revoked_at timestamp, expires_in integer, created_at timestamp NOT NULL DEFAULT now());
CREATE UNIQUE INDEX index_oauth_access_tokens_on_token ON oauth_access_tokens (token);
CREATE INDEX index_oauth_access_tokens_on_resource_owner_id ON oauth_access_tokens (resource_owner_id);

CREATE TABLE blocks (
  id bigserial PRIMARY KEY, account_id bigint NOT NULL, target_account_id bigint NOT NULL,
  created_at timestamp NOT NULL DEFAULT now());
CREATE UNIQUE INDEX index_blocks_on_account_id_and_target_account_id ON blocks (account_id, target_account_id);
CREATE INDEX index_blocks_on_target_account_id ON blocks (target_account_id);

CREATE TABLE mutes (
  id bigserial PRIMARY KEY, account_id bigint NOT NULL, target_account_id bigint NOT NULL,
  hide_notifications boolean NOT NULL DEFAULT true, expires_at timestamp, created_at timestamp NOT NULL DEFAULT now());
CREATE UNIQUE INDEX index_mutes_on_account_id_and_target_account_id ON mutes (account_id, target_account_id);
CREATE INDEX index_mutes_on_target_account_id ON mutes (target_account_id);

CREATE TABLE account_domain_blocks (
  id bigserial PRIMARY KEY, account_id bigint, domain varchar, created_at timestamp NOT NULL DEFAULT now());
CREATE UNIQUE INDEX index_account_domain_blocks_on_account_id_and_domain ON account_domain_blocks (account_id, domain);

CREATE TABLE lists (
  id bigint PRIMARY KEY, account_id bigint NOT NULL, title varchar NOT NULL DEFAULT '',
  created_at timestamp NOT NULL DEFAULT now());
CREATE INDEX index_lists_on_account_id ON lists (account_id);

CREATE TABLE custom_filters (
  id bigint PRIMARY KEY, account_id bigint NOT NULL, phrase text NOT NULL DEFAULT '',
  context varchar[] NOT NULL DEFAULT '{}', action integer NOT NULL DEFAULT 0, expires_at timestamp,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());
CREATE INDEX index_custom_filters_on_account_id ON custom_filters (account_id);

CREATE TABLE custom_filter_keywords (
  id bigserial PRIMARY KEY, custom_filter_id bigint NOT NULL, keyword text NOT NULL DEFAULT '',
  whole_word boolean NOT NULL DEFAULT true, created_at timestamp NOT NULL DEFAULT now(),
  updated_at timestamp NOT NULL DEFAULT now());
CREATE INDEX index_custom_filter_keywords_on_custom_filter_id ON custom_filter_keywords (custom_filter_id);

CREATE TABLE custom_filter_statuses (
  id bigserial PRIMARY KEY, custom_filter_id bigint NOT NULL, status_id bigint NOT NULL,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now());
CREATE INDEX index_custom_filter_statuses_on_custom_filter_id ON custom_filter_statuses (custom_filter_id);
CREATE UNIQUE INDEX index_custom_filter_statuses_on_status_id_and_custom_filter_id
  ON custom_filter_statuses (status_id, custom_filter_id);

CREATE TABLE settings (
  id bigserial PRIMARY KEY, var varchar NOT NULL, value text, created_at timestamp, updated_at timestamp);
CREATE UNIQUE INDEX index_settings_on_var ON settings (var);
`;

/** Every table of {@link schema}. */
export const tables: readonly string[] = Array.from(schema.matchAll(/CREATE TABLE (\w+)/g), (match) => match[1] ?? '');

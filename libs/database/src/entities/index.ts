import { AccessTokenEntity } from './access-token.entity.js';
import { AccountDomainBlockEntity } from './account-domain-block.entity.js';
import { AccountEntity } from './account.entity.js';
import { BlockEntity } from './block.entity.js';
import { CustomFilterKeywordEntity } from './custom-filter-keyword.entity.js';
import { CustomFilterStatusEntity } from './custom-filter-status.entity.js';
import { CustomFilterEntity } from './custom-filter.entity.js';
import { ListEntity } from './list.entity.js';
import { MuteEntity } from './mute.entity.js';
import { SettingEntity } from './setting.entity.js';
import { UserRoleEntity } from './user-role.entity.js';
import { UserEntity } from './user.entity.js';

export {
  AccessTokenEntity,
  AccountDomainBlockEntity,
  AccountEntity,
  BlockEntity,
  CustomFilterEntity,
  CustomFilterKeywordEntity,
  CustomFilterStatusEntity,
  ListEntity,
  MuteEntity,
  SettingEntity,
  UserEntity,
  UserRoleEntity,
};

/** Every table that the server knows: Mastodon's names, and of its columns those that are read. */
export const entities = [
  AccessTokenEntity,
  AccountDomainBlockEntity,
  AccountEntity,
  BlockEntity,
  CustomFilterEntity,
  CustomFilterKeywordEntity,
  CustomFilterStatusEntity,
  ListEntity,
  MuteEntity,
  SettingEntity,
  UserEntity,
  UserRoleEntity,
];

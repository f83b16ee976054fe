// The tables that the server reads, with Mastodon's names and only the columns that it reads.
export * from './access-token.entity.js';
export * from './account-domain-block.entity.js';
export * from './account.entity.js';
export * from './block.entity.js';
export * from './custom-filter-keyword.entity.js';
export * from './custom-filter-status.entity.js';
export * from './custom-filter.entity.js';
export * from './list.entity.js';
export * from './mute.entity.js';
export * from './setting.entity.js';
export * from './user-role.entity.js';
export * from './user.entity.js';

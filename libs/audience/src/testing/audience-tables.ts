import type { FilterRecord } from '../filters/filter-record.js';

/** A row of `users`. */
export interface UserRow {
  readonly id: string;
  readonly accountId: string;
  chosenLanguages: string[] | null;
  roleId: string | null;
}

/** The tables that the rules read, as arrays that a test changes. Members are named after Mastodon's columns. */
export interface AudienceTables {
  users: UserRow[];
  roles: { id: string; permissions: bigint }[];
  blocks: { accountId: string; targetAccountId: string }[];
  /** `expiresAt` in milliseconds since 1970; `null` for mutes without end. */
  mutes: { accountId: string; targetAccountId: string; expiresAt: number | null }[];
  domainBlocks: { accountId: string; domain: string }[];
  filters: (FilterRecord & { readonly accountId: string })[];
  /** YAML text by `var`. */
  settings: Map<string, string>;
}

/** Tables without rows. */
export function emptyTables(): AudienceTables {
  return { users: [], roles: [], blocks: [], mutes: [], domainBlocks: [], filters: [], settings: new Map() };
}

/** The role that every user has besides their own. */
export const everyoneRoleId = '-99';

/** Bits of `user_roles.permissions`. */
export const permissions = { administrator: 1n << 0n, viewFeeds: 1n << 20n } as const;

import { everyoneRoleId, permissions, type AudienceTables } from './audience-tables.js';

/** The accounts and domains of a status that relationships are compared with. */
export interface ReferenceSubject {
  /** The authors of the status and of those within it. */
  readonly authorIds: readonly string[];
  /** The authors and the mentioned accounts. */
  readonly accountIds: readonly string[];
  /** The domains of the remote authors. */
  readonly domains: readonly string[];
}

/*
 * The rules about a viewer and a status, stated once for all tests: directly from the tables, for one viewer at a time, with
 * none of the code under test. The reference audience, the in-memory store and the end-to-end tests use them.
 */

/** Whether blocks, mutes or blocked domains hide a status from the viewer. */
export function isHiddenFrom(tables: AudienceTables, viewerId: string, subject: ReferenceSubject): boolean {
  const { authorIds, accountIds, domains } = subject;
  const own = <R extends { readonly accountId: string }>(rows: readonly R[]) =>
    rows.filter(({ accountId }) => accountId === viewerId);
  const now = Date.now();
  return (
    own(tables.blocks).some(({ targetAccountId }) => accountIds.includes(targetAccountId)) ||
    own(tables.mutes).some(
      ({ targetAccountId, expiresAt }) =>
        accountIds.includes(targetAccountId) && (expiresAt === null || expiresAt > now),
    ) ||
    own(tables.domainBlocks).some(({ domain }) => domains.includes(domain)) ||
    tables.blocks.some(
      ({ accountId, targetAccountId }) => authorIds.includes(accountId) && targetAccountId === viewerId,
    )
  );
}

/** Whether the viewer has chosen languages, and not this one. */
export function hasChosenOtherLanguage({ users }: AudienceTables, viewerId: string, language: string | null): boolean {
  const chosen = users.find(({ accountId }) => accountId === viewerId)?.chosenLanguages ?? [];
  return chosen.length > 0 && (language === null || !chosen.includes(language));
}

/** Whether the viewer's role, or the role "everyone", may open closed feeds. */
export function mayViewClosedFeeds({ users, roles }: AudienceTables, viewerId: string): boolean {
  const user = users.find(({ accountId }) => accountId === viewerId);
  return (
    user !== undefined &&
    roles.some(
      ({ id, permissions: bits }) =>
        (id === user.roleId || id === everyoneRoleId) &&
        (bits & (permissions.administrator | permissions.viewFeeds)) !== 0n,
    )
  );
}

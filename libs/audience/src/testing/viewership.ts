import type { Viewership } from '@fedistream/domain';

/** A viewership of these accounts. */
export function viewershipOf(accountIds: readonly string[]): Viewership {
  const present = new Set(accountIds);
  return { accountIds, has: (accountId) => present.has(accountId) };
}

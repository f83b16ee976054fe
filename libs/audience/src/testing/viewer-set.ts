import type { ViewerSet } from '@fedistream/domain';

/** A viewership of these accounts. */
export function viewerSetOf(accountIds: readonly string[]): ViewerSet {
  const present = new Set(accountIds);
  return { accountIds, has: (accountId) => present.has(accountId) };
}

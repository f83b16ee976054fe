import type { ViewerSet } from '@fedistream/domain';

/** A viewer set of these accounts. */
export function viewerSetOf(accountIds: readonly string[]): ViewerSet {
  const present = new Set(accountIds);
  return { accountIds, has: (accountId) => present.has(accountId) };
}

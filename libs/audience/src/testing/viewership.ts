import type { Viewership } from '@fedistream/domain';

/** A viewership of these accounts; the user of account `5` is `15` unless told otherwise. */
export function viewershipOf(
  accountIds: readonly string[],
  userIds: readonly string[] = accountIds.map((accountId) => `1${accountId}`),
): Viewership {
  const present = new Set(accountIds);
  return { accountIds, userIds, has: (accountId) => present.has(accountId) };
}

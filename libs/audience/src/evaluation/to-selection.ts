import { Selection, type StreamEvent, type ViewerSet } from '@fedistream/domain';
import type { RuleResult } from '../rules/rule.js';

/**
 * A status about which everything is decided.
 *
 * @param viewers about whom; whoever was not there when it was decided is told nothing
 * @param event for those who have no variant of their own
 * @param variants by account; a variant is for that account only
 */
export function toSelection(
  viewers: ViewerSet,
  verdicts: readonly RuleResult[],
  event: StreamEvent,
  variants: ReadonlyMap<string, StreamEvent> = new Map(),
): Selection {
  const chosen = verdicts.flatMap(({ onlyFor }) => (onlyFor ? [onlyFor] : []));
  const exceptions = new Map<string, StreamEvent | null>(variants);
  if (chosen.length > 0) {
    for (const accountId of viewers.accountIds) {
      if (!chosen.every((accounts) => accounts.has(accountId))) {
        exceptions.set(accountId, null);
      }
    }
  }
  for (const { hiddenFrom } of verdicts) {
    hiddenFrom?.forEach((accountId) => exceptions.set(accountId, null));
  }
  return new Selection(event, exceptions, viewers);
}

import type { StreamEvent } from '@fedistream/domain';
import type { FilterResult } from './filter-result.js';

/** The member that tells a viewer which of their filters match. */
export const filteredMember = 'filtered';

/** Variants of a status with filter results: equal results make one event, whose bytes are then made once, too. */
export function filteredVariants(
  event: StreamEvent,
  results: ReadonlyMap<string, readonly FilterResult[]>,
): Map<string, StreamEvent> {
  const byResults = new Map<string, StreamEvent>();
  const variants = new Map<string, StreamEvent>();
  for (const [accountId, own] of results) {
    const json = JSON.stringify(own);
    let variant = byResults.get(json);
    if (!variant) {
      variant = event.withMember(filteredMember, json);
      byResults.set(json, variant);
    }
    variants.set(accountId, variant);
  }
  return variants;
}

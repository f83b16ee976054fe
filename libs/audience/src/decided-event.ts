import type { Selection, StreamEvent, Viewership } from '@fedistream/domain';
import type { Verdict } from './rules/rule.js';

/** A status about which everything is decided. Whoever was not there when it was is told nothing. */
export class DecidedEvent implements Selection {
  readonly #viewers: Viewership;
  readonly #event: StreamEvent;
  readonly #hiddenFrom: readonly ReadonlySet<string>[];
  readonly #onlyFor: readonly ReadonlySet<string>[];
  readonly #variants: ReadonlyMap<string, StreamEvent> | undefined;

  /**
   * @param event for those who have no variant of their own
   * @param variants by account; a variant is for that account only
   */
  constructor(
    viewers: Viewership,
    verdicts: readonly Verdict[],
    event: StreamEvent,
    variants: ReadonlyMap<string, StreamEvent> | undefined,
  ) {
    this.#viewers = viewers;
    this.#event = event;
    this.#hiddenFrom = verdicts.flatMap(({ hiddenFrom }) => (hiddenFrom && hiddenFrom.size > 0 ? [hiddenFrom] : []));
    this.#onlyFor = verdicts.flatMap(({ onlyFor }) => (onlyFor ? [onlyFor] : []));
    this.#variants = variants && variants.size > 0 ? variants : undefined;
  }

  for(accountId: string): StreamEvent | undefined {
    if (!this.#viewers.has(accountId)) {
      return undefined;
    }
    for (const accounts of this.#hiddenFrom) {
      if (accounts.has(accountId)) {
        return undefined;
      }
    }
    for (const accounts of this.#onlyFor) {
      if (!accounts.has(accountId)) {
        return undefined;
      }
    }
    return this.#variants?.get(accountId) ?? this.#event;
  }
}

import type { StreamEvent } from './stream-event.js';
import type { ViewerSet } from './viewer.js';

const noExceptions: ReadonlyMap<string, StreamEvent | null> = new Map<string, never>();

/**
 * An event with the decision who receives it, made once per event. It holds what most viewers receive and lists the
 * exceptions: a viewer costs one look-up at most, and none where there are no exceptions.
 *
 * Viewers who receive the same variant receive the same object: its bytes are made once.
 */
export class Selection {
  /**
   * @param event what all viewers without an exception receive; `undefined` for nothing
   * @param exceptions by account id: the variant that this account receives, or `null` for nothing
   * @param viewers the accounts that it was decided for: no other receives anything. Left out, it holds for all
   */
  constructor(
    readonly event: StreamEvent | undefined,
    readonly exceptions: ReadonlyMap<string, StreamEvent | null> = noExceptions,
    readonly viewers?: ViewerSet,
  ) {}

  /** The event that this account receives, if any. */
  for(accountId: string): StreamEvent | undefined {
    return this.viewers === undefined || this.viewers.has(accountId) ? this.forDecided(accountId) : undefined;
  }

  /** As {@link for}, for an account that MUST be one of {@link viewers}. */
  forDecided(accountId: string): StreamEvent | undefined {
    const exception = this.exceptions.get(accountId);
    return exception === undefined ? this.event : (exception ?? undefined);
  }
}

/** The selection of an event whose audience the publisher has chosen: all subscribers receive it. */
export function forEveryone(event: StreamEvent): Selection {
  return new Selection(event);
}

import type { StreamEvent } from './stream-event.js';
import type { ViewerSet } from './viewer.js';

const noExceptions: ReadonlyMap<string, StreamEvent | null> = new Map<string, never>();

/**
 * An event with its audience, decided once per event. It holds the event for most viewers, and lists the exceptions. A viewer
 * costs at most one look-up, and none without exceptions.
 *
 * Viewers with the same variant receive the same object, so that it is encoded once.
 */
export class Selection {
  /**
   * @param event the event for all viewers without an exception; `undefined` if they receive nothing
   * @param exceptions by account id: the variant that this account receives, or `null` for nothing
   * @param viewers the accounts that it was decided for; no other account receives it. Left out: all accounts
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

import type { StreamEvent } from './stream-event.js';
import type { ViewerSet } from './viewer.js';

const noExceptions: ReadonlyMap<string, StreamEvent | null> = new Map<string, never>();

/**
 * An event together with the decision who receives it. Made once per event; it says what holds for nearly everybody and
 * names the exceptions, so that a viewer costs one look-up at most, and none where there are no exceptions.
 *
 * Whoever gets the same receives the same object, so that its bytes can be made once.
 */
export class Selection {
  /**
   * @param event what everybody receives who is no exception; `undefined` when they receive nothing
   * @param exceptions by account: a variant of the event that is meant for this account, or `null` for nothing
   * @param viewers about whom it was decided: nobody else receives anything. Left out, it holds for all
   */
  constructor(
    readonly event: StreamEvent | undefined,
    readonly exceptions: ReadonlyMap<string, StreamEvent | null> = noExceptions,
    readonly viewers?: ViewerSet,
  ) {}

  /** What this account receives, if anything. */
  for(accountId: string): StreamEvent | undefined {
    return this.viewers === undefined || this.viewers.has(accountId) ? this.forDecided(accountId) : undefined;
  }

  /** The same for an account that is known to be one of {@link viewers}. */
  forDecided(accountId: string): StreamEvent | undefined {
    const exception = this.exceptions.get(accountId);
    return exception === undefined ? this.event : (exception ?? undefined);
  }
}

/** The selection of an event whose audience the publisher has chosen: everybody who listens receives it. */
export function forEveryone(event: StreamEvent): Selection {
  return new Selection(event);
}

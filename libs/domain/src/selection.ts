import type { StreamEvent } from './stream-event.js';

/**
 * An event together with the decision who receives it. Made once per event; asking it for a viewer is a synchronous
 * look-up without I/O and without allocation, because that is all that happens once per viewer.
 */
export interface Selection {
  /**
   * What this account receives: the event, a variant of it that is meant for this account, or nothing.
   * Whoever gets the same receives the same object, so that its bytes can be made once.
   */
  for(accountId: string): StreamEvent | undefined;
}

/** The selection of an event whose audience the publisher has chosen: everybody who listens receives it. */
export function forEveryone(event: StreamEvent): Selection {
  return { for: () => event };
}

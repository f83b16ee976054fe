import type { Viewer } from '@fedistream/domain';

/** The port for lists. */
export abstract class Lists {
  /**
   * Whether the viewer owns this list. `listId` MUST be a plain decimal number of at most 2^63-1.
   *
   * @throws StreamingError `unavailable` when the lists cannot be read
   */
  abstract ownedBy(viewer: Viewer, listId: string): Promise<boolean>;
}

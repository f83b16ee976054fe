import type { Viewer } from '@fedistream/domain';

/** The platform's lists, as far as streams need them. */
export abstract class Lists {
  /**
   * Whether the viewer owns this list. `listId` is a plain decimal number within 2^63-1.
   *
   * @throws StreamingError `unavailable` when the lists cannot be asked
   */
  abstract ownedBy(viewer: Viewer, listId: string): Promise<boolean>;
}

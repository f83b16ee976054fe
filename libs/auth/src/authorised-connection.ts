import type { Viewer } from '@fedistream/domain';

/** A client connection, as far as its authorisation goes. */
export interface AuthorisedConnection {
  /** Stays the same while the connection lives. */
  readonly viewer: Viewer;
  /** Ends the connection, because the viewer may no longer have it. Called again later only if it throws. */
  revoke(): void;
}

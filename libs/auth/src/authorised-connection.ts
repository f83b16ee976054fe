import type { Viewer } from '@fedistream/domain';

/** What the registry needs to know of a client connection. */
export interface AuthorisedConnection {
  /** Never changes. */
  readonly viewer: Viewer;
  /** Ends the connection, because its viewer is no longer authorised. Called once, and again only if it throws. */
  revoke(): void;
}

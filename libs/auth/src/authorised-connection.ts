import type { Viewer } from '@fedistream/domain';

/** What the registry needs to know of a client connection. */
export interface AuthorisedConnection {
  /** The same account and token for ever. The scopes change with {@link ConnectionRegistry.onScopesChanged}. */
  readonly viewer: Viewer;
  /** Delivers nothing more to the client, from now on. Cheap: called for thousands of connections in one turn. MUST NOT throw. */
  silence(): void;
  /** Ends the connection, because its viewer is no longer authorised. Called once, and again only if it throws. */
  revoke(): void;
}

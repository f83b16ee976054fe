import type { Viewer } from '@fedistream/domain';

/** The members of a client connection that the registry uses. */
export interface AuthorisedConnection {
  /** The same account and token for ever. The scopes change with {@link ConnectionRegistry.onScopesChanged}. */
  readonly viewer: Viewer;
  /** Stops delivery to the client. It MUST be cheap, because it is called for thousands in one turn, and MUST NOT throw. */
  silence(): void;
  /** Ends the connection, because its viewer is no longer authorised. Called once, and again only if it throws. */
  revoke(): void;
}

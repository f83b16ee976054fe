import type { ExecutionContext } from '@nestjs/common';
import type { Scope, Viewer } from '@fedistream/domain';

/** Somebody wants to open something. */
export interface AccessRequest {
  readonly viewer: Viewer;
  /** The scopes of which any one opens it. */
  readonly scopes: readonly Scope[];
}

/** Knows what an HTTP request or a WebSocket message asks to be opened. The guards know no streams; the app does. */
export abstract class AccessRequests {
  /** @returns `undefined` when there is nothing to open, such as an unknown stream, which is refused later on */
  abstract read(context: ExecutionContext): AccessRequest | undefined;
}

import type { ExecutionContext } from '@nestjs/common';
import type { Scope, Viewer } from '@fedistream/domain';

/** The scopes that a request or a WebSocket message needs, and the viewer that sent it. */
export interface ScopeRequirement {
  readonly viewer: Viewer;
  /** Any one of these scopes suffices. */
  readonly scopes: readonly Scope[];
}

/**
 * Finds the scopes that an HTTP request or a WebSocket message needs. The guard knows no streams; each transport's module
 * provides an implementation.
 */
export abstract class ScopeRequirements {
  /** @returns `undefined` when no scope is needed, as for an unknown stream, which is refused later */
  abstract requirementOf(context: ExecutionContext): ScopeRequirement | undefined;
}

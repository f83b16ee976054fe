import { StreamingError, grantsAny } from '@fedistream/domain';
import type { Scope, Viewer } from '@fedistream/domain';

/**
 * Refuses a viewer whose token has none of these scopes; any one of them suffices. With no scope to choose from,
 * nobody passes: what has forgotten to say who may open it stays shut.
 *
 * Given the scopes of all streams together, it refuses a token that could open nothing at all: such a token gets no
 * WebSocket either.
 *
 * @throws {StreamingError} `missingScope`
 */
export function requireScopes(viewer: Viewer, scopes: readonly Scope[]): void {
  if (!grantsAny(viewer.scopes, scopes)) {
    throw new StreamingError('missingScope');
  }
}

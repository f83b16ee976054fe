import { StreamingError, grantsAny } from '@fedistream/domain';
import type { Scope, Viewer } from '@fedistream/domain';

/**
 * Refuses a viewer whose token has none of these scopes; any one of them suffices. An empty list denies everyone.
 *
 * Given the scopes of all streams together, it refuses a token that may open no stream at all.
 *
 * @throws {StreamingError} `missingScope`
 */
export function requireScopes(viewer: Viewer, scopes: readonly Scope[]): void {
  if (!grantsAny(viewer.scopes, scopes)) {
    throw new StreamingError('missingScope');
  }
}

import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ScopeRequirements } from './scope-requirements.js';
import { requireScopes } from './scopes.js';

/**
 * Accepts an HTTP request or a WebSocket message if its viewer has one of the required scopes. It runs after `TokenGuard`
 * or the upgrade: it authorizes, but does not authenticate.
 *
 * @throws {StreamingError} `missingScope`
 */
@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(private readonly requests: ScopeRequirements) {}

  canActivate(context: ExecutionContext): boolean {
    const request = this.requests.requirementOf(context);
    if (request) {
      requireScopes(request.viewer, request.scopes);
    }
    return true;
  }
}

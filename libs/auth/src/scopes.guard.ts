import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { AccessRequests } from './access-requests.js';
import { requireScopes } from './scopes.js';

/**
 * Lets HTTP requests and WebSocket messages pass whose viewer has a scope for what they open. Stands behind
 * `TokenGuard` or the upgrade: it asks who may do something, not who somebody is.
 *
 * @throws {StreamingError} `missingScope`
 */
@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(private readonly requests: AccessRequests) {}

  canActivate(context: ExecutionContext): boolean {
    const request = this.requests.read(context);
    if (request) {
      requireScopes(request.viewer, request.scopes);
    }
    return true;
  }
}

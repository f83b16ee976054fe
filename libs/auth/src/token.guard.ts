import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { Authenticator } from './authenticator.js';
import type { Authentication } from './authenticator.js';
import { hasLeft, type ClientRequest } from './client-request.js';

const authentication = Symbol('authentication');

interface AuthenticatedRequest extends ClientRequest {
  [authentication]?: Authentication;
}

/** The authentication of this HTTP request; `undefined` unless {@link TokenGuard} let it pass. */
export function authenticationOf(request: object): Authentication | undefined {
  return (request as Partial<AuthenticatedRequest>)[authentication];
}

/**
 * Accepts HTTP requests with a valid access token. A WebSocket is authenticated during its upgrade instead, so that a refusal
 * has an HTTP status.
 *
 * @throws {StreamingError} as `Authenticator.authenticate`; `badRequest` when the client has left meanwhile
 */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const authenticated = await this.authenticator.authenticate(request);
    if (hasLeft(request)) {
      throw new StreamingError('badRequest');
    }
    request[authentication] = authenticated;
    return true;
  }
}

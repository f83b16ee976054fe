import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { Authenticator } from './authenticator.js';
import type { Authentication } from './authenticator.js';
import type { TokenRequest } from './read-token.js';

const authentication = Symbol('authentication');

/** An HTTP framework's request: Express passes Node's own, Fastify has it as `raw`. */
interface PlatformRequest extends TokenRequest {
  readonly raw?: { readonly socket?: Socket };
  readonly socket?: Socket;
  [authentication]?: Authentication;
}

interface Socket {
  readonly destroyed: boolean;
}

/** The authentication of this HTTP request; `undefined` unless {@link TokenGuard} let it pass. */
export function authenticationOf(request: object): Authentication | undefined {
  return (request as Partial<PlatformRequest>)[authentication];
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
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    const authenticated = await this.authenticator.authenticate(request);
    // The client left during the lookup. Its 'close' event has passed, so nothing that is opened now would be closed.
    if ((request.raw ?? request).socket?.destroyed) {
      throw new StreamingError('badRequest');
    }
    request[authentication] = authenticated;
    return true;
  }
}

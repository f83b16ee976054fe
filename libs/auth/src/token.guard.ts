import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { StreamingError } from '@fedistream/domain';
import { Authenticator } from './authenticator.js';
import type { Authentication } from './authenticator.js';
import type { TokenRequest } from './read-token.js';

const authentication = Symbol('authentication');

/** A platform's request: Express passes Node's own, Fastify has it as `raw`. */
interface PlatformRequest extends TokenRequest {
  readonly raw?: { readonly socket?: Socket };
  readonly socket?: Socket;
  [authentication]?: Authentication;
}

interface Socket {
  readonly destroyed: boolean;
}

/** Who makes this HTTP request; `undefined` unless {@link TokenGuard} let it pass. */
export function authenticationOf(request: object): Authentication | undefined {
  return (request as Partial<PlatformRequest>)[authentication];
}

/**
 * Lets HTTP requests with a valid access token pass, before anything of the answer is written. WebSockets are
 * authenticated during the upgrade instead, so that a refusal has an HTTP status.
 *
 * @throws {StreamingError} as `Authenticator.admit`
 */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(private readonly authenticator: Authenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    const admitted = await this.authenticator.authenticateRequest(request);
    // The client has gone while its token was looked up. Its 'close' is over: whoever opened something now would
    // never be told to undo it. The answer goes nowhere.
    if ((request.raw ?? request).socket?.destroyed) {
      throw new StreamingError('badRequest');
    }
    request[authentication] = admitted;
    return true;
  }
}

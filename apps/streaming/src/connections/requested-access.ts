import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AccessRequests, authenticationOf, type AccessRequest } from '@fedistream/auth';
import { StreamRegistry } from '@fedistream/stream-kit/server';
import type { StreamHttpRequest } from '../http/http-request.js';
import { isSubscribe, type ClientMessage } from '../websocket/client-message.js';
import type { ClientSocket } from '../websocket/client-socket.js';

/** Tells the scope guard which stream somebody is about to open, over either transport. */
@Injectable()
export class RequestedAccess extends AccessRequests {
  constructor(private readonly registry: StreamRegistry) {
    super();
  }

  override read(context: ExecutionContext): AccessRequest | undefined {
    return context.getType() === 'http'
      ? this.#ofRequest(context.switchToHttp().getRequest())
      : this.#ofMessage(context.switchToWs().getClient(), context.switchToWs().getData());
  }

  #ofRequest(request: StreamHttpRequest): AccessRequest | undefined {
    const viewer = authenticationOf(request)?.viewer;
    return viewer && request.definition && { viewer, scopes: request.definition.scopes };
  }

  #ofMessage({ connection }: ClientSocket, message: ClientMessage): AccessRequest | undefined {
    const definition = isSubscribe(message) ? this.registry.find(message.stream) : undefined;
    return connection && definition && { viewer: connection.viewer, scopes: definition.scopes };
  }
}

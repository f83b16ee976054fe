import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ScopeRequirements, type ScopeRequirement } from '@fedistream/auth';
import { StreamRegistry } from '@fedistream/stream-kit/server';
import { isSubscribe, type ClientMessage } from './client-message.js';
import type { ClientSocket } from './client-socket.js';

/** The scopes of the stream that a WebSocket message subscribes to. Unsubscribing needs none. */
@Injectable()
export class WebSocketScopeRequirements extends ScopeRequirements {
  constructor(private readonly registry: StreamRegistry) {
    super();
  }

  override requirementOf(context: ExecutionContext): ScopeRequirement | undefined {
    const { connection } = context.switchToWs().getClient<ClientSocket>();
    const message = context.switchToWs().getData<ClientMessage>();
    const definition = isSubscribe(message) ? this.registry.find(message.stream) : undefined;
    return connection && definition && { viewer: connection.viewer, scopes: definition.scopes };
  }
}

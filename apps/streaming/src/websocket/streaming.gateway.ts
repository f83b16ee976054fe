import { UseFilters, UseGuards } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
} from '@nestjs/websockets';
import type { IncomingMessage } from 'node:http';
import { ScopesGuard } from '@fedistream/auth';
import type { Label } from '@fedistream/delivery';
import { StreamGate, StreamRegistry } from '@fedistream/stream-kit/server';
import { Clients } from '../connections/clients.js';
import { streamingPath } from '../http/http-request.js';
import type { ClientMessage } from './client-message.js';
import { ClientSocket } from './client-socket.js';
import type { Entry } from './upgrade.js';
import { WebSocketErrorFilter } from './websocket-error.filter.js';
import { WebSocketTransport } from './websocket-transport.js';

/** Client messages are a hundred bytes long; a longer one ends the connection with 1009. */
const longestMessage = 16 * 1024;

/**
 * One WebSocket for many streams. Who it is and what the URL asks for was decided during the upgrade; here the client
 * subscribes and unsubscribes. https://docs.joinmastodon.org/methods/streaming/#websocket
 *
 * The scope guard stands before both handlers, so that both are the same number of promise steps away and messages take
 * effect in the order in which they were sent.
 */
@WebSocketGateway({
  path: streamingPath,
  WebSocket: ClientSocket,
  clientTracking: false,
  maxPayload: longestMessage,
  perMessageDeflate: false,
})
@UseGuards(ScopesGuard)
@UseFilters(WebSocketErrorFilter)
export class StreamingGateway implements OnGatewayConnection<ClientSocket> {
  constructor(
    private readonly clients: Clients,
    private readonly gate: StreamGate,
    private readonly registry: StreamRegistry,
  ) {}

  /** The handshake is done. */
  handleConnection(client: ClientSocket, _request: IncomingMessage, { authentication, admission }: Entry): void {
    const transport = new WebSocketTransport(client, this.clients.heartbeats.websocket);
    const connection = this.clients.open(authentication, transport);
    client.carry(connection);
    admission?.attach(connection);
  }

  /** Subscribes; silent when it is subscribed already. */
  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() { connection }: ClientSocket,
    @MessageBody() message: ClientMessage,
  ): Promise<void> {
    if (connection?.open === true) {
      await this.gate.subscribe(connection, this.registry.requestByName(message.stream, message));
    }
  }

  /** Unsubscribes; silent when it is not subscribed. */
  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() { connection }: ClientSocket, @MessageBody() message: ClientMessage): void {
    const label = this.#labelOf(message);
    if (label !== undefined) {
      connection?.unsubscribe(label);
    }
  }

  /** `undefined` for what cannot be subscribed to: then it is not subscribed. */
  #labelOf(message: ClientMessage): Label | undefined {
    try {
      return this.registry.requestByName(message.stream, message).label;
    } catch {
      return undefined;
    }
  }
}

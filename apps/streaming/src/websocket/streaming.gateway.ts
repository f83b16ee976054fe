import { UseFilters, UseGuards } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { ScopesGuard } from '@fedistream/auth';
import { StreamGate, StreamRegistry } from '@fedistream/stream-kit/server';
import { ConnectionOpener } from '../connections/connection-opener.js';
import { ClientInputs } from '../connections/client-input.js';
import { Heartbeats } from '../connections/heartbeats.js';
import { streamingPath } from '../http/http-request.js';
import type { ClientMessage } from './client-message.js';
import { ClientSocket } from './client-socket.js';
import { ErrorFrames } from './error-frames.js';
import type { AcceptedUpgrade } from './upgrade-handler.js';
import { WebSocketErrorFilter } from './websocket-error.filter.js';
import { readWebSocketResume } from './websocket-resume.js';
import { WebSocketTransport } from './websocket-transport.js';

/** The longest client message in bytes; a longer one closes the connection with 1009. Usual ones have a hundred bytes. */
const maxMessageBytes = 16 * 1024;

/**
 * Handles `subscribe` and `unsubscribe` on a WebSocket, which multiplexes streams. The upgrade has authenticated the
 * client. https://docs.joinmastodon.org/methods/streaming/#websocket
 *
 * The scope guard runs before both handlers, although unsubscribing needs no scope: both handlers then start after the
 * same number of promise steps, so messages take effect in the order in which they were sent.
 */
@WebSocketGateway({
  path: streamingPath,
  WebSocket: ClientSocket,
  clientTracking: false,
  maxPayload: maxMessageBytes,
  perMessageDeflate: false,
  // One frame per socket and turn of the event loop: a chunk full of small frames must not hold up other clients.
  allowSynchronousEvents: false,
})
@UseGuards(ScopesGuard)
@UseFilters(WebSocketErrorFilter)
export class StreamingGateway {
  constructor(
    private readonly errors: ErrorFrames,
    private readonly gate: StreamGate,
    private readonly heartbeats: Heartbeats,
    private readonly inputs: ClientInputs,
    private readonly opener: ConnectionOpener,
    private readonly registry: StreamRegistry,
  ) {}

  /** Opens the connection of a client after the handshake. */
  open(
    client: ClientSocket,
    { authentication, place, admission, resume, wantsPositions, refusal }: AcceptedUpgrade,
  ): void {
    const transport = new WebSocketTransport(client, this.heartbeats.websocket);
    const connection = this.opener.open(authentication, transport, place);
    client.bind(connection, this.inputs);
    client.wantsPositions = wantsPositions;
    const { resumed } = admission ?? {};
    admission?.attach(connection, resumed && resume ? { framing: resume.framing, first: resume.answer(resumed) } : {});
    if (refusal !== undefined) {
      this.errors.answer(client, refusal);
    }
  }

  /** Subscribes. Does nothing when the connection is subscribed already. */
  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() { connection, wantsPositions }: ClientSocket,
    @MessageBody() message: ClientMessage,
  ): Promise<void> {
    if (connection?.open === true) {
      const request = this.registry.requestByName(message.stream, message);
      await this.gate.subscribe(connection, request, readWebSocketResume(message, wantsPositions));
    }
  }

  /**
   * Unsubscribes. Does nothing when the connection is not subscribed, and never asks the database.
   *
   * @throws StreamingError for an unknown stream, or a parameter that is missing or too long
   */
  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() { connection }: ClientSocket, @MessageBody() message: ClientMessage): void {
    connection?.unsubscribe(this.registry.labelByName(message.stream, message));
  }
}

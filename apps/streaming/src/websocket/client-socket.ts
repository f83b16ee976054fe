import type { WsMessageHandler } from '@nestjs/common';
import { closeReasons, isBackedUp, type Connection } from '@fedistream/delivery';
import { WebSocket, type RawData } from 'ws';
import { readClientMessage } from './client-message.js';
import { rawSocketOf } from './raw-socket.js';

/**
 * A WebSocket with its connection, its message handlers, and whether its client answered the last ping. They are members,
 * because a map from sockets to connections would cost memory for each client. Pongs and error frames count against the
 * connection's output budget.
 */
export class ClientSocket extends WebSocket {
  /** Whether the client answered the last ping. */
  isAlive = true;
  /** Set by {@link bind}. */
  connection?: Connection;

  #handlers: readonly WsMessageHandler[] = [];

  /** Dispatches the client's messages to these handlers, by type. */
  handleMessages(handlers: readonly WsMessageHandler[]): void {
    this.#handlers = handlers;
    this.on('message', onMessage);
  }

  /** Calls the handler of one text message. */
  dispatch(text: string): void {
    const message = readClientMessage(text);
    // Handlers return nothing, and the gateway's filter answers their errors.
    void this.#handlers.find((handler) => handler.message === message?.type)?.callback(message);
  }

  /** Binds the socket to its connection, right after the handshake: the connection ends with the socket. */
  bind(connection: Connection): void {
    this.connection = connection;
    this.on('pong', onPong);
    this.on('close', onClose);
  }

  /**
   * Called by `ws` for every ping of the client. A client that does not read gets no answer: it could queue any number of
   * them (RFC 6455, section 5.5.3, allows to answer the latest ping only).
   */
  override pong(data?: unknown, mask?: boolean, done?: (failure: Error) => void): void {
    const socket = rawSocketOf(this);
    if (this.connection?.isWithinBudget() === true && (socket === undefined || !isBackedUp(socket))) {
      super.pong(data, mask, done);
    }
  }
}

// Shared by all sockets: a closure for each would cost 100 bytes per client.

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (!(this instanceof ClientSocket)) {
    return;
  }
  if (isBinary) {
    this.connection?.close(closeReasons.binary);
  } else {
    // A Buffer, because `ws` is not configured otherwise.
    this.dispatch((data as Buffer).toString());
  }
}

function onPong(this: WebSocket): void {
  if (this instanceof ClientSocket) {
    this.isAlive = true;
  }
}

function onClose(this: WebSocket): void {
  if (this instanceof ClientSocket) {
    this.connection?.close(closeReasons.gone);
  }
}

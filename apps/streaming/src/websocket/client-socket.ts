import type { WsMessageHandler } from '@nestjs/common';
import { closeReasons, type Connection } from '@fedistream/delivery';
import { WebSocket, type RawData } from 'ws';
import { readClientMessage } from './client-message.js';

/**
 * A WebSocket that knows the connection it carries, who takes its messages, and whether its client has answered the last
 * ping: no map leads from sockets to connections. What the client can make it say (error frames, pongs) counts against the
 * connection's budget like everything else.
 */
export class ClientSocket extends WebSocket {
  /** Whether the client has answered every ping so far. */
  answered = true;
  /** Set by {@link carry}. */
  connection?: Connection;

  #handlers: readonly WsMessageHandler[] = [];

  /** Has the client's messages handled, by their type. */
  take(handlers: readonly WsMessageHandler[]): void {
    this.#handlers = handlers;
    this.on('message', onMessage);
  }

  /** One text message of the client. */
  receive(text: string): void {
    const message = readClientMessage(text);
    // A handler has nothing to return, and its errors are answered by the gateway's filter.
    void this.#handlers.find((handler) => handler.message === message?.type)?.callback(message);
  }

  /** Called as soon as the handshake is done: from now on the connection ends with the socket. */
  carry(connection: Connection): void {
    this.connection = connection;
    this.on('pong', onPong);
    this.on('close', onClose);
  }

  /** Called by `ws` for every ping of the client. */
  override pong(data?: unknown, mask?: boolean, done?: (failure: Error) => void): void {
    if (this.connection?.isWithinBudget() === true) {
      super.pong(data, mask, done);
    }
  }
}

// Functions that all sockets share: a closure for each would cost every idle client a hundred bytes.

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (!(this instanceof ClientSocket)) {
    return;
  }
  if (isBinary) {
    this.connection?.close(closeReasons.binary);
  } else {
    // `ws` gives a Buffer unless told otherwise.
    this.receive((data as Buffer).toString());
  }
}

function onPong(this: WebSocket): void {
  if (this instanceof ClientSocket) {
    this.answered = true;
  }
}

function onClose(this: WebSocket): void {
  if (this instanceof ClientSocket) {
    this.connection?.close(closeReasons.gone);
  }
}

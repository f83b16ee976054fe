import { closeReasons, type Connection } from '@fedistream/delivery';
import { WebSocket } from 'ws';

/**
 * A WebSocket that knows the connection it carries and whether its client has answered the last ping, which spares a map
 * from sockets to connections and listeners that would have to know it. What the client can make it say (error frames,
 * pongs) counts against the connection's budget like everything else.
 */
export class ClientSocket extends WebSocket {
  /** Whether the client has answered every ping so far. */
  answered = true;
  /** Set by {@link carry}. */
  connection?: Connection;

  /** Called as soon as the handshake is done: from now on the connection ends with the socket. */
  carry(connection: Connection): void {
    this.connection = connection;
    this.on('pong', onPong);
    this.on('close', onClose);
  }

  /** Called by `ws` for every ping of the client. */
  override pong(data?: unknown, mask?: boolean, done?: (failure: Error) => void): void {
    if (this.connection?.keepsUp() === true) {
      super.pong(data, mask, done);
    }
  }
}

// Functions that all sockets share: a closure for each would cost every idle client a hundred bytes.

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

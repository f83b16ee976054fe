import type { Connection } from '@fedistream/delivery';
import { WebSocket } from 'ws';

/**
 * A WebSocket that knows the connection it carries, which spares a map from sockets to connections. What the client can
 * make it say (error frames, pongs) counts against the connection's budget like everything else.
 */
export class ClientSocket extends WebSocket {
  /** Set as soon as the handshake is done. */
  connection?: Connection;

  /** Called by `ws` for every ping of the client. */
  override pong(data?: unknown, mask?: boolean, done?: (failure: Error) => void): void {
    if (this.connection?.keepsUp() === true) {
      super.pong(data, mask, done);
    }
  }
}

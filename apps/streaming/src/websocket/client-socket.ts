import type { Connection } from '@fedistream/delivery';
import { WebSocket } from 'ws';

/** A WebSocket that knows the connection it carries, which spares a map from sockets to connections. */
export class ClientSocket extends WebSocket {
  /** Set as soon as the handshake is done. */
  connection?: Connection;
}

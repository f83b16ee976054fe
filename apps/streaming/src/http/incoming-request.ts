import { IncomingMessage } from 'node:http';

/**
 * A request as Node's HTTP server makes it, but for one thing: the server takes `upgrade` for whether to hand over the
 * bare connection, and here only a request for a WebSocket says so. Another protocol that is offered, such as the `h2c` of
 * curl and of Java's HttpClient, is ignored, and the request is answered (RFC 9110, section 7.8). So is CONNECT.
 *
 * `upgrade` is a private part of Node (20 to 24), set by its parser. Where it is not asked any more, all offers are taken
 * for WebSockets, and refused.
 */
export class IncomingRequest extends IncomingMessage {
  private offered?: boolean;

  /** Whether the connection is to change to WebSocket. */
  get upgrade(): boolean {
    return this.offered === true && offersWebSocket(this);
  }

  set upgrade(offered: boolean) {
    this.offered = offered;
  }
}

function offersWebSocket({ headers }: IncomingMessage): boolean {
  const protocols = headers.upgrade?.split(',') ?? [];
  return protocols.some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}

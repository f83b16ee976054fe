import { IncomingMessage } from 'node:http';

/**
 * Node's request, except that `upgrade` is true only for an upgrade to WebSocket. Node's server reads `upgrade` to decide
 * whether to emit 'upgrade' with the bare socket. An offer of another protocol, such as `h2c` from curl or Java's
 * HttpClient, is ignored and the request is answered (RFC 9110, section 7.8). So is CONNECT.
 *
 * `upgrade` is a private member of Node (20 to 24) that its parser sets. If a later version stops reading it, every offer
 * is treated as a WebSocket upgrade, and refused.
 */
export class IncomingRequest extends IncomingMessage {
  private offered?: boolean;
  /** Node reads `upgrade` three times for each request. */
  private accepted?: boolean;

  /** Whether the client offers another protocol, which is ignored, or sends CONNECT. */
  get declinesUpgrade(): boolean {
    return this.offered === true && !this.upgrade;
  }

  /** Whether the client asks to upgrade to WebSocket. */
  get upgrade(): boolean {
    return this.offered === true && (this.accepted ??= offersWebSocket(this));
  }

  set upgrade(offered: boolean) {
    this.offered = offered;
  }
}

function offersWebSocket({ headers }: IncomingMessage): boolean {
  if (headers.upgrade === 'websocket') {
    return true; // What all clients send.
  }
  const protocols = headers.upgrade?.split(',') ?? [];
  return protocols.some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}

import type { TokenRequest } from './read-token.js';

/** The request of a client that waits for its answer: Node's own, or an HTTP framework's, which has Node's as `raw`. */
export interface ClientRequest extends TokenRequest {
  readonly raw?: { readonly socket?: Socket };
  readonly socket?: Socket;
}

interface Socket {
  readonly destroyed: boolean;
}

/** Whether the client has left. Its socket's 'close' event has passed then, so nothing that is opened now would be closed. */
export function hasLeft(request: ClientRequest): boolean {
  return (request.raw ?? request).socket?.destroyed === true;
}

import { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The response to an earlier request on this socket that has not ended: nothing else may be written to the socket.
 * `_httpMessage` is a private member of Node's HTTP server; without it there seems to be none.
 */
export function pendingResponse(socket: Duplex): ServerResponse | undefined {
  const { _httpMessage: response } = socket as { _httpMessage?: unknown };
  return response instanceof ServerResponse ? response : undefined;
}

import type { Duplex } from 'node:stream';

/**
 * Whether the response to an earlier request on this socket has not ended, so that nothing else may be written to it.
 * `_httpMessage` is a private member of Node's HTTP server; without it the result is false.
 */
export function hasPendingResponse(socket: Duplex): boolean {
  return Boolean(Reflect.get(socket, '_httpMessage'));
}

import type { Duplex } from 'node:stream';

/**
 * Whether the answer to an earlier request on this connection has not ended: nothing else may be written into its middle.
 * Which response a socket belongs to is a private part of Node's HTTP server; where it is not told, the answer is no.
 */
export function isAnswering(socket: Duplex): boolean {
  return Boolean(Reflect.get(socket, '_httpMessage'));
}

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { StreamingError } from '@fedistream/domain';
import { refusalHeaders } from './refusal-response.js';

/**
 * Writes a refusal to the socket itself, where Node gives no response object: for an upgrade, or for bytes that are no
 * request. Closes the connection afterwards.
 *
 * @param headers further headers of this answer
 */
export function refuseOnSocket(
  socket: Duplex,
  error: StreamingError,
  requestId: string,
  { headers = {}, body = '' }: { headers?: Readonly<Record<string, string>>; body?: string } = {},
): void {
  const all = {
    Connection: 'close',
    'Content-Length': Buffer.byteLength(body),
    'Access-Control-Allow-Origin': '*',
    'X-Request-Id': requestId,
    ...refusalHeaders(error),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\n${head.join('')}\r\n${body}`);
}

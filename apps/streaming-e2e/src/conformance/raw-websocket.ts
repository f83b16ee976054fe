import { randomBytes } from 'node:crypto';

import { RawConnection, streamingPath, type Server } from '../support/index.js';

/** How a client frame differs from an unfragmented text frame. */
export interface FrameOptions {
  /** 1 is text, 2 binary, 0 a continuation, 8 close, 9 ping, 10 pong. */
  readonly opcode?: number;
  /** Whether the message ends with this frame. */
  readonly fin?: boolean;
  /** The length in the header, when it differs from that of the payload. */
  readonly claimedLength?: number;
}

/** A frame as a client sends it (RFC 6455, section 5.2), masked. For frames that a library would not send. */
export function clientFrame(payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = 1, fin = true } = options;
  const bytes = Buffer.from(payload as string);
  const length = options.claimedLength ?? bytes.length;
  const header = Buffer.alloc(length < 126 ? 2 : length < 2 ** 16 ? 4 : 10);
  header[0] = (fin ? 0x80 : 0) | opcode;
  if (header.length === 2) {
    header[1] = 0x80 | length;
  } else if (header.length === 4) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  const mask = randomBytes(4);
  const masked = bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([header, mask, masked]);
}

/** The request of a client that wants a WebSocket, up to the empty line. */
export function handshake(token: string, query = ''): string {
  return [
    `GET ${streamingPath}?access_token=${token}${query} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '',
    '',
  ].join('\r\n');
}

/** Opens a WebSocket on which a test writes raw bytes. It answers neither pings nor close frames. */
export async function openRawWebSocket(server: Server, token: string, query = ''): Promise<RawConnection> {
  const connection = await RawConnection.open(server.port);
  connection.write(handshake(token, query));
  await connection.read('\r\n\r\n');
  return connection;
}

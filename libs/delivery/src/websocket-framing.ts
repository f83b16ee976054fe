import type { StreamEvent } from '@fedistream/domain';
import type { Framing } from './framing.js';
import type { Label } from './label.js';
import { payloadLiteral, utf8, type ByteString } from './payload-encoding.js';

/** FIN and an opcode (RFC 6455, section 5.2): the first byte of an unfragmented frame. */
const finalText = 0x81;
const finalPing = 0x89;
/** Values of the second byte that announce a longer length field. */
const length16 = 126;
const length64 = 127;

/**
 * Complete WebSocket frames (RFC 6455, section 5.2), header included: one unfragmented, unmasked, uncompressed text
 * message per event. Own code, because a library would make the same header again for every socket.
 */
export const webSocketFraming: Framing = {
  type: 'websocket',
  name: 'websocket',
  labelled: true,
  tellsPositions: false,
  frame: (event, label) => frame(finalText, message(event, label)),
  checkpoint: (position, label) => resumableWebSocketFraming.checkpoint(position, label),
};

/** As {@link webSocketFraming}, with the position of each event as `id`, for subscriptions that have asked for it. */
export const resumableWebSocketFraming: Framing = {
  type: 'websocket',
  name: 'websocket-resumable',
  labelled: true,
  tellsPositions: true,
  frame: (event, label) => frame(finalText, withPosition(message(event, label), event.origin?.position)),
  checkpoint: (position, label) =>
    textFrame(`{"stream":${JSON.stringify(label)},"event":"checkpoint","id":"${position}"}`),
};

/** A ping without application data (RFC 6455, section 5.5.2). Shared by all sockets: it MUST NOT be changed. */
export const pingFrame: Buffer = frame(finalPing, '');

/** One text message as a complete frame. */
export function textFrame(text: string): Buffer {
  return frame(finalText, utf8(text));
}

/** The message inside a frame of {@link textFrame}, without copying, for libraries that write their own header. */
export function messageOf(frame: Buffer): Buffer {
  return frame.subarray(frame[1] === length64 ? 10 : frame[1] === length16 ? 4 : 2);
}

function message(event: StreamEvent, label: Label): ByteString {
  const literal = payloadLiteral(event);
  const head = `{"stream":${utf8(JSON.stringify(label))},"event":${utf8(JSON.stringify(event.name))}`;
  return literal === undefined ? `${head}}` : `${head},"payload":${literal}}`;
}

function withPosition(text: ByteString, position: string | undefined): ByteString {
  return position === undefined ? text : `${text.slice(0, -1)},"id":"${position}"}`;
}

function frame(firstByte: number, content: ByteString): Buffer {
  const { length } = content;
  const start = length < length16 ? 2 : length < 2 ** 16 ? 4 : 10;
  const bytes = Buffer.allocUnsafe(start + length);
  bytes[0] = firstByte;
  if (length < length16) {
    bytes[1] = length;
  } else if (length < 2 ** 16) {
    bytes[1] = length16;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = length64;
    bytes.writeUInt32BE(Math.floor(length / 2 ** 32), 2);
    bytes.writeUInt32BE(length >>> 0, 6);
  }
  bytes.write(content, start, 'latin1');
  return bytes;
}

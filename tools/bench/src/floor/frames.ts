import { messageParts } from './message-parts.js';

/** Makes the bytes that one message is for all sockets with one label. */
export type Frame = (label: readonly string[], data: Buffer, from: number, to: number) => Buffer;

/**
 * A text frame (RFC 6455, 5.2) with `{"stream":[...],"event":"...","payload":"..."}`. The payload is escaped as text of one byte
 * for each byte: JSON escapes nothing beyond ASCII, so its UTF-8 need not be decoded.
 */
export const webSocketFrame: Frame = (label, data, from, to) => {
  const { eventFrom, eventTo, payloadFrom, payloadTo, isString } = messageParts(data, from, to);
  const payload = data.toString('latin1', payloadFrom, payloadTo);
  const literal = isString ? `"${payload}"` : JSON.stringify(payload);
  const event = data.toString('latin1', eventFrom, eventTo);
  const body = `{"stream":${labelLiteral(label)},"event":"${event}","payload":${literal}}`;
  const headerBytes = body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + body.length);
  frame[0] = 0x81;
  if (headerBytes === 2) {
    frame[1] = body.length;
  } else if (headerBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(body.length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(body.length), 2);
  }
  frame.write(body, headerBytes, 'latin1');
  return frame;
};

/** A chunk (RFC 9112, 7.1) with one event of the server-sent events format. */
export const eventStreamChunk: Frame = (_, data, from, to) => {
  const { eventFrom, eventTo, payloadFrom, payloadTo } = messageParts(data, from, to);
  const event = data.toString('latin1', eventFrom, eventTo);
  const payload = data.toString('latin1', payloadFrom, payloadTo);
  const body = `event: ${event}\ndata: ${payload}\n\n`;
  return Buffer.from(`${body.length.toString(16)}\r\n${body}\r\n`, 'latin1');
};

const literals = new WeakMap<readonly string[], string>();

/** The label as JSON, in which each character is one byte of its UTF-8. */
function labelLiteral(label: readonly string[]): string {
  const known = literals.get(label);
  if (known !== undefined) {
    return known;
  }
  const literal = Buffer.from(JSON.stringify(label)).toString('latin1');
  literals.set(label, literal);
  return literal;
}

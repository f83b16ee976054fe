import type { StreamEvent } from '@fedistream/domain';
import type { Framing } from './framing.js';
import type { Label } from './label.js';
import { concatenate, VariantBytes } from './variant-bytes.js';

const finalTextFrame = 0x81;
const length16 = 126;
const length64 = 127;
const variants = new VariantBytes();

/**
 * Complete WebSocket frames (RFC 6455, section 5.2), header included: one unfragmented, unmasked, uncompressed text
 * message. Own code, because a library would make the same header again for every socket.
 */
export const webSocketFraming: Framing = {
  type: 'websocket',
  name: 'websocket',
  labelled: true,
  frame: (event, label) => {
    const { parts } = event;
    if (parts === undefined) {
      return textFrame(message(event, label));
    }
    // Each character is escaped by itself, so the literal of a text is made of the literals of its parts.
    const { common, own } = parts;
    const beginning = variants.beginning(
      common,
      label,
      () => `${head(event, label)},"payload":${JSON.stringify(common.text).slice(0, -1)}`,
    );
    const rest = `${JSON.stringify(own).slice(1)}}`;
    const length = beginning.length + Buffer.byteLength(rest);
    const frame = concatenate(headerLength(length), beginning, rest);
    writeHeader(frame, length);
    return frame;
  },
};

/** One text message as a complete frame. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = headerLength(length);
  const frame = Buffer.allocUnsafe(start + length);
  writeHeader(frame, length);
  frame.write(text, start);
  return frame;
}

/** The message inside a frame that {@link textFrame} made, without copying: for libraries that make their own header. */
export function messageOf(frame: Buffer): Buffer {
  return frame.subarray(frame[1] === length64 ? 10 : frame[1] === length16 ? 4 : 2);
}

function headerLength(length: number): number {
  return length < length16 ? 2 : length < 2 ** 16 ? 4 : 10;
}

function writeHeader(frame: Buffer, length: number): void {
  frame[0] = finalTextFrame;
  if (length < length16) {
    frame[1] = length;
  } else if (length < 2 ** 16) {
    frame[1] = length16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = length64;
    frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2);
    frame.writeUInt32BE(length >>> 0, 6);
  }
}

function message(event: StreamEvent, label: Label): string {
  const { literal } = event;
  return literal === undefined ? `${head(event, label)}}` : `${head(event, label)},"payload":${literal}}`;
}

function head(event: StreamEvent, label: Label): string {
  return `{"stream":${JSON.stringify(label)},"event":${JSON.stringify(event.name)}`;
}

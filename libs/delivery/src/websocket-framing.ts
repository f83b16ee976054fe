import type { StreamEvent, VariantParts } from '@fedistream/domain';
import type { Framing } from './framing.js';
import { JsonLiteral } from './json-literal.js';
import type { Label } from './label.js';
import { payloadLiteral, textLiteral, utf8, type ByteString } from './payload-encoding.js';

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
  frame: (event, label) => eventFrame(event, label, undefined),
  checkpoint: (position, label) => resumableWebSocketFraming.checkpoint(position, label),
};

/** As {@link webSocketFraming}, with the position of each event as `id`, for subscriptions that have asked for it. */
export const resumableWebSocketFraming: Framing = {
  type: 'websocket',
  name: 'websocket-resumable',
  labelled: true,
  tellsPositions: true,
  frame: (event, label) => eventFrame(event, label, event.origin?.position),
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
  return frame.subarray(headerBytes(frame));
}

const literal = new JsonLiteral();
/** The event whose payload is in {@link literal}: frames for its other labels are made at once after the first. */
let literalOf: StreamEvent | undefined;

function eventFrame(event: StreamEvent, label: Label, position: string | undefined): Buffer {
  const head = headOf(event.name, label);
  const end = position === undefined ? '}' : `,"id":"${position}"}`;
  const { parts } = event;
  const source = parts?.base ?? event;
  if (source.bytes === undefined) {
    const payload = payloadLiteral(event);
    return frame(finalText, payload === undefined ? head + end : head + beforePayload + payload + end);
  }
  if (literalOf !== source) {
    literal.make(source.bytes);
    literalOf = source;
  }
  // Bytes are copied into the frame: as a part of its text, they would first become a string.
  const start = head + beforePayload;
  const { length, rest } = parts === undefined ? { length: literal.length, rest: end } : openLiteral(parts, end);
  const bytes = openFrame(finalText, start.length + length + rest.length);
  let at = headerBytes(bytes);
  at += bytes.write(start, at, 'latin1');
  literal.copyTo(bytes, at, length);
  bytes.write(rest, at + length, 'latin1');
  return bytes;
}

/** A variant's literal: all of {@link literal} but its last brace and quote, and behind it what is the variant's own. */
function openLiteral({ base, own }: VariantParts, end: ByteString): { length: number; rest: ByteString } {
  const comma = base.bytes?.length === '{}'.length ? '' : ',';
  return { length: literal.length - '}"'.length, rest: comma + textLiteral(own).slice('"'.length) + end };
}

const beforePayload = ',"payload":';

/** What stands before the payload of an event of a stream without parameters: a few texts for each stream. */
const heads = new Map<string, Map<string, ByteString>>();
const headsOfStream = 32;

function headOf(name: string, label: Label): ByteString {
  if (label.length > 1) {
    return makeHead(name, label);
  }
  let ofStream = heads.get(label[0]);
  if (ofStream === undefined) {
    ofStream = new Map();
    heads.set(label[0], ofStream);
  }
  let head = ofStream.get(name);
  if (head === undefined) {
    if (ofStream.size === headsOfStream) {
      ofStream.clear(); // Publishers may use any name.
    }
    head = makeHead(name, label);
    ofStream.set(name, head);
  }
  return head;
}

function makeHead(name: string, label: Label): ByteString {
  return `{"stream":${utf8(JSON.stringify(label))},"event":${utf8(JSON.stringify(name))}`;
}

function frame(firstByte: number, content: ByteString): Buffer {
  const bytes = openFrame(firstByte, content.length);
  bytes.write(content, headerBytes(bytes), 'latin1');
  return bytes;
}

/** A frame for content of this length, with nothing but its header in it. */
function openFrame(firstByte: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length + (length < length16 ? 2 : length < 2 ** 16 ? 4 : 10));
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
  return bytes;
}

function headerBytes(frame: Buffer): number {
  return frame[1] === length64 ? 10 : frame[1] === length16 ? 4 : 2;
}

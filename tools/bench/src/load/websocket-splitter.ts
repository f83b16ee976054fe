import { FrameSplitter } from './frame-splitter.js';

/** RFC 6455, 5.2: the opcodes that a load client meets. */
export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** The frames of a WebSocket as servers send them: unmasked. Control frames are short and come whole. */
export class WebSocketSplitter extends FrameSplitter {
  protected override header(data: Buffer, at: number): boolean {
    const available = data.length - at;
    if (available < 2) {
      return false;
    }
    const short = (data[at + 1] ?? 0) & 0x7f;
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (available < headerBytes) {
      return false;
    }
    const size = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
    this.bounds.kind = (data[at] ?? 0) & 0x0f;
    this.bounds.body = at + headerBytes;
    this.bounds.bodyEnd = this.bounds.end = at + headerBytes + size;
    return true;
  }
}

/** A frame as clients send it. The mask is four zero bytes, which is a mask like any other and needs no work. */
export function clientFrame(opcode: number, body: Buffer): Buffer {
  const header = body.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  header[0] = 0x80 | opcode;
  if (body.length < 126) {
    header[1] = 0x80 | body.length;
  } else {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(body.length, 2);
  }
  return Buffer.concat([header, body]);
}

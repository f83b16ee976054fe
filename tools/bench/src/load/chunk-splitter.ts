import { FrameSplitter } from './frame-splitter.js';

/** `\r\n` behind a chunk's size, and again behind its data. */
const breakBytes = 2;
const carriageReturn = 13;

/** The chunks of a chunked HTTP answer (RFC 9112, 7.1). An event may be one chunk or several; the stamp is in one of them. */
export class ChunkSplitter extends FrameSplitter {
  protected override header(data: Buffer, at: number): boolean {
    let size = 0;
    let end = at;
    for (; end < data.length && data[end] !== carriageReturn; end++) {
      size = size * 16 + hexDigit(data[end] ?? 0);
    }
    if (end + breakBytes > data.length) {
      return false;
    }
    this.bounds.kind = size === 0 ? 0 : 1;
    this.bounds.body = end + breakBytes;
    this.bounds.bodyEnd = this.bounds.body + size;
    this.bounds.end = this.bounds.bodyEnd + breakBytes;
    return true;
  }
}

function hexDigit(byte: number): number {
  const value = byte <= 57 ? byte - 48 : (byte | 32) - 87;
  if (value < 0 || value > 15) {
    throw new Error('What the server sends is not chunked.');
  }
  return value;
}

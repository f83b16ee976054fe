import { countIn, endOfReply, incomplete, lineBreakBytes, notAReply } from './resp-reply.js';

const carriageReturn = 0x0d;
const dollar = 0x24;
/** How an array (RESP2) and a push (RESP3) begin. */
const arrayMark = 0x2a;
const pushMark = 0x3e;
/** What follows the mark of a message to a channel, and of one to a pattern; the names come next. */
const messageStart = Buffer.from('3\r\n$7\r\nmessage\r\n');
const patternMessageStart = Buffer.from('4\r\n$8\r\npmessage\r\n');

/** Receives one published message. MUST NOT throw. @param message a view of a larger chunk */
export type OnMessage = (channel: string, message: Buffer) => void;

/**
 * Takes the published messages out of what Redis sends to a subscriber, and passes everything else on as it came, in order.
 *
 * Own code: in ioredis a message takes twenty calls through its parser, its commands and an event emitter.
 */
export class MessageReader {
  readonly #skip: number;
  readonly #onMessage: OnMessage;
  readonly #onOther: (replies: Buffer) => void;
  /** The pieces of a reply that is not complete, and how many bytes it lacks at least. */
  #pieces: Buffer[] = [];
  #missing = 0;
  #isLost = false;
  /** Where the bulk string lies that was read last. */
  #from = 0;
  #to = 0;

  /**
   * @param skip so many bytes at the beginning of each channel's name are left out
   * @param onOther receives one or more whole replies; everything, once the server has sent what is no reply
   */
  constructor(skip: number, onMessage: OnMessage, onOther: (replies: Buffer) => void) {
    this.#skip = skip;
    this.#onMessage = onMessage;
    this.#onOther = onOther;
  }

  /** Reads the next bytes of the connection. */
  read(chunk: Buffer): void {
    const data = this.#pieces.length === 0 ? chunk : this.#join(chunk);
    if (data === undefined) {
      return;
    }
    /** Replies that are no messages, and have not been passed on yet, begin here. */
    let others = 0;
    let at = 0;
    while (at < data.length) {
      const channel = this.#isLost ? 0 : this.#channelOfMessage(data, at);
      const from = this.#from + this.#skip;
      const to = this.#to;
      const messageEnd = channel === 0 ? 0 : this.#bulk(data, channel);
      if (messageEnd > 0) {
        this.#passOn(data, others, at);
        others = at = messageEnd;
        this.#onMessage(data.toString('utf8', from, to), data.subarray(this.#from, this.#to));
        continue;
      }
      const end = this.#endOfOther(data, at);
      if (end === incomplete) {
        this.#pieces.push(data.subarray(at));
        break;
      }
      at = end;
    }
    this.#passOn(data, others, at);
  }

  /** Joins the pieces of a reply when it can be complete: a large one comes in hundreds of chunks. */
  #join(chunk: Buffer): Buffer | undefined {
    this.#pieces.push(chunk);
    this.#missing -= chunk.length;
    if (this.#missing > 0) {
      return undefined;
    }
    const data = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return data;
  }

  #passOn(data: Buffer, from: number, to: number): void {
    if (from < to) {
      this.#onOther(data.subarray(from, to));
    }
  }

  /** Reads a message up to its channel. @returns the position behind that; 0 for every other reply, and a part of one */
  #channelOfMessage(data: Buffer, at: number): number {
    if (data[at] !== pushMark && data[at] !== arrayMark) {
      return 0;
    }
    if (standsAt(data, at + 1, messageStart)) {
      return this.#bulk(data, at + 1 + messageStart.length);
    }
    if (standsAt(data, at + 1, patternMessageStart)) {
      const pattern = this.#bulk(data, at + 1 + patternMessageStart.length);
      return pattern === 0 ? 0 : this.#bulk(data, pattern);
    }
    return 0;
  }

  /** Reads a bulk string. @returns the position behind it; 0 when it is not complete, or there is none */
  #bulk(data: Buffer, start: number): number {
    let lineEnd = start + 1;
    while (lineEnd < data.length && data[lineEnd] !== carriageReturn) {
      lineEnd++;
    }
    const length = data[start] === dollar ? countIn(data, start + 1, lineEnd) : notAReply;
    const from = lineEnd + lineBreakBytes;
    const end = from + length + lineBreakBytes;
    if (length < 0 || end > data.length) {
      return 0;
    }
    this.#from = from;
    this.#to = from + length;
    return end;
  }

  /** @returns the position behind a reply that is not a whole message; {@link incomplete} */
  #endOfOther(data: Buffer, at: number): number {
    const end = this.#isLost ? data.length : endOfReply(data, at);
    if (end === notAReply) {
      // Nothing is taken out any more: ioredis reports the error and connects again.
      this.#isLost = true;
      return data.length;
    }
    if (end > data.length || end === incomplete) {
      this.#missing = Math.max(1, end - data.length);
      return incomplete;
    }
    return end;
  }
}

function standsAt(data: Buffer, at: number, part: Buffer): boolean {
  for (let index = 0; index < part.length; index++) {
    if (data[at + index] !== part[index]) {
      return false;
    }
  }
  return true;
}

/** Receives a published message: the channel's name, and its bytes from `from` to `to`, valid during the call only. */
export type OnMessage = (channel: string, data: Buffer, from: number, to: number) => void;

const carriageReturn = 13;
const lineBreakBytes = 2;
const arrayMark = 42;
const bulkMark = 36;
const integerMark = 58;
const messageBytes = 'message'.length;

/**
 * Reads what Redis sends to a subscriber (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/). It understands
 * the array `message, channel, payload`, and skips every other reply.
 */
export class RespReader {
  readonly #onMessage: OnMessage;
  #carry: Buffer | undefined;
  #data: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  /** Takes the next bytes of the connection. */
  read(chunk: Buffer): void {
    this.#data = this.#carry ? Buffer.concat([this.#carry, chunk]) : chunk;
    this.#carry = undefined;
    let at = 0;
    while (at < this.#data.length && this.#reply(at)) {
      at = this.#at;
    }
    if (at < this.#data.length) {
      this.#carry = Buffer.from(this.#data.subarray(at));
    }
  }

  /** Reads the reply that begins at `at`; false when it is not complete. Otherwise `#at` is the position behind it. */
  #reply(at: number): boolean {
    this.#at = at;
    if (this.#data[at] !== arrayMark) {
      return this.#skipItem();
    }
    const items = this.#number();
    if (Number.isNaN(items)) {
      return false;
    }
    const first = this.#bulk();
    if (items !== 3 || first !== messageBytes) {
      this.#at = at;
      return this.#skipArray();
    }
    const channelBytes = this.#bulk();
    const channelFrom = this.#at - channelBytes - lineBreakBytes;
    const payloadBytes = this.#bulk();
    if (Number.isNaN(payloadBytes)) {
      return false;
    }
    const payloadTo = this.#at - lineBreakBytes;
    const channel = this.#data.toString('latin1', channelFrom, channelFrom + channelBytes);
    this.#onMessage(channel, this.#data, payloadTo - payloadBytes, payloadTo);
    return true;
  }

  /** Passes over a bulk string and returns its length; NaN when it is not complete. */
  #bulk(): number {
    const length = this.#number();
    this.#at += length + lineBreakBytes;
    return this.#at <= this.#data.length ? length : NaN;
  }

  /** Reads the number behind a type mark and its line break; NaN when the line is not complete. */
  #number(): number {
    let value = 0;
    let at = this.#at + 1;
    for (; at < this.#data.length; at++) {
      const byte = this.#data[at] ?? 0;
      if (byte === carriageReturn) {
        break;
      }
      value = value * 10 + byte - 48;
    }
    this.#at = at + lineBreakBytes;
    return this.#at <= this.#data.length ? value : NaN;
  }

  #skipArray(): boolean {
    const items = this.#number();
    for (let item = 0; item < items; item++) {
      if (!this.#skipItem()) {
        return false;
      }
    }
    return !Number.isNaN(items);
  }

  #skipItem(): boolean {
    const mark = this.#data[this.#at];
    if (mark === bulkMark) {
      return !Number.isNaN(this.#bulk());
    }
    if (mark === integerMark) {
      return !Number.isNaN(this.#number());
    }
    const end = this.#data.indexOf('\r\n', this.#at);
    this.#at = end + lineBreakBytes;
    return end >= 0;
  }
}

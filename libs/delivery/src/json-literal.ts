const quote = 0x22;
const backslash = 0x5c;

/** Enough for nearly every payload. */
const usualBytes = 2 ** 16;

/**
 * Makes JSON strings of JSON texts, both as UTF-8, in memory that is used again for each.
 *
 * Own code: `JSON.stringify` needs a string made of the bytes and makes another one, which is then copied back to bytes. That
 * takes twice as long.
 */
export class JsonLiteral {
  #bytes: Buffer = Buffer.allocUnsafe(usualBytes);
  #length = 0;

  /** How long the string is that was made last, quotes included. */
  get length(): number {
    return this.#length;
  }

  /**
   * Makes the string that stands for a text.
   *
   * @param json valid and without white space between tokens: then nothing but quotes and backslashes has to be escaped
   */
  make(json: Buffer): void {
    const { length } = json;
    // At most each byte needs a backslash. What a large payload needs is not kept for long.
    const needed = Math.max(usualBytes, 2 * length + 2);
    if (this.#bytes.length !== needed) {
      this.#bytes = Buffer.allocUnsafe(needed);
    }
    const bytes = this.#bytes;
    bytes[0] = quote;
    let end = 1;
    for (let at = 0; at < length; at++) {
      const byte = json[at] as number;
      if (byte === quote || byte === backslash) {
        bytes[end++] = backslash;
      }
      bytes[end++] = byte;
    }
    bytes[end++] = quote;
    this.#length = end;
  }

  /** Copies the first bytes of the string that was made last. */
  copyTo(target: Buffer, at: number, length: number): void {
    this.#bytes.copy(target, at, 0, length);
  }
}

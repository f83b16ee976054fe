const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const firstPrintable = 0x20;

/** The result for a text that is invalid, too deep or not compact. */
const failed = -1;

/** The characters that may follow a backslash, except `u`. */
const escapable = table('"\\/bfnrt');
/** Bytes in a string that need attention: quotes, backslashes, and control characters, which JSON forbids there. */
const notOrdinary = table(
  `"\\${Array.from({ length: firstPrintable }, (_, code) => String.fromCharCode(code)).join('')}`,
);
const hexDigits = table('0123456789abcdefABCDEF');
const digits = table('0123456789');
/** `true`, `false` and `null` by their first byte. */
const literals: readonly (Uint8Array | undefined)[] = Array.from({ length: 256 }, (_, first) =>
  ['true', 'false', 'null'].map((word) => Buffer.from(word)).find((word) => word[0] === first),
);

/**
 * Finds where a JSON object or array ends, and validates it on the way: one pass over the bytes, no recursion, no garbage.
 * It knows compact JSON only (RFC 8259 without white space between tokens), as most publishers write it. For all else it
 * gives up, and the caller parses the text as a whole.
 *
 * Own code: `JSON.parse` builds objects that no home stream reads, and does not return offsets.
 */
export class JsonScanner {
  /** For each open container, which byte closes it. */
  readonly #closers: Uint8Array;

  /** @param deepestNesting how many containers may stand inside each other */
  constructor(deepestNesting: number) {
    this.#closers = new Uint8Array(deepestNesting);
  }

  /**
   * @param start where the object or array begins
   * @returns the position behind its last byte; negative when it is not valid, nests too deep or is not compact
   */
  endOfContainer(bytes: Uint8Array, start: number): number {
    const closers = this.#closers;
    let depth = 0;
    let at = start;
    for (;;) {
      // A value begins here.
      const first = byteAt(bytes, at);
      if (first === openBrace || first === openBracket) {
        if (depth === closers.length) {
          return failed;
        }
        const closer = first + 2; // in ASCII, for both kinds
        at++;
        if (byteAt(bytes, at) !== closer) {
          closers[depth++] = closer;
          at = first === openBrace ? endOfName(bytes, at) : at;
          if (at < 0) {
            return failed;
          }
          continue;
        }
        at++;
      } else {
        at = first === quote ? endOfString(bytes, at + 1) : endOfPrimitive(bytes, at, first);
        if (at < 0) {
          return failed;
        }
      }
      // A value has ended here.
      for (;;) {
        if (depth === 0) {
          return at;
        }
        const closer = closers[depth - 1];
        const next = byteAt(bytes, at++);
        if (next === comma) {
          at = closer === closeBrace ? endOfName(bytes, at) : at;
          break;
        }
        if (next !== closer) {
          return failed;
        }
        depth--;
      }
      if (at < 0) {
        return failed;
      }
    }
  }
}

/** The offset after the name of a member and its colon; negative if there is none. */
function endOfName(bytes: Uint8Array, at: number): number {
  if (byteAt(bytes, at) !== quote) {
    return failed;
  }
  const end = endOfString(bytes, at + 1);
  return end >= 0 && byteAt(bytes, end) === colon ? end + 1 : failed;
}

/** The offset after the quote that ends a string; negative if the string is invalid. */
function endOfString(bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  for (let at = start; at < length; at++) {
    const byte = bytes[at] as number;
    if (notOrdinary[byte] === 0) {
      continue;
    }
    if (byte === quote) {
      return at + 1;
    }
    if (byte === backslash) {
      at++;
      const escaped = byteAt(bytes, at);
      if (escaped === 0x75) {
        for (const end = at + 4; at < end;) {
          if (hexDigits[byteAt(bytes, ++at)] !== 1) {
            return failed;
          }
        }
      } else if (escapable[escaped] !== 1) {
        return failed;
      }
    } else {
      return failed;
    }
  }
  return failed;
}

/** The offset after a number, `true`, `false` or `null`; negative if there is none. */
function endOfPrimitive(bytes: Uint8Array, start: number, first: number): number {
  if (first === minus || digits[first] === 1) {
    return endOfNumber(bytes, start);
  }
  const word = literals[first];
  if (word === undefined) {
    return failed;
  }
  for (let index = 1; index < word.length; index++) {
    if (bytes[start + index] !== word[index]) {
      return failed;
    }
  }
  return start + word.length;
}

function endOfNumber(bytes: Uint8Array, start: number): number {
  let at = byteAt(bytes, start) === minus ? start + 1 : start;
  at = byteAt(bytes, at) === zero ? at + 1 : endOfDigits(bytes, at);
  if (at >= 0 && byteAt(bytes, at) === point) {
    at = endOfDigits(bytes, at + 1);
  }
  if (at >= 0 && (byteAt(bytes, at) | 0x20) === 0x65) {
    at++;
    const sign = byteAt(bytes, at);
    at = endOfDigits(bytes, sign === minus || sign === 0x2b ? at + 1 : at);
  }
  return at;
}

/** The offset after at least one digit; negative if there is none. */
function endOfDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (digits[byteAt(bytes, at)] === 1) {
    at++;
  }
  return at === start ? failed : at;
}

/** The byte at an offset; 0, which JSON never contains, after the end. */
function byteAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] as number) : 0;
}

function table(characters: string): Uint8Array {
  const members = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) {
    members[byte] = 1;
  }
  return members;
}

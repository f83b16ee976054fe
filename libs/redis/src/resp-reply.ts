/** The reply continues behind the bytes that were read. */
export const incomplete = -1;
/** The bytes are no reply. */
export const notAReply = -2;

/** What ends every line: CR and LF. */
export const lineBreakBytes = 2;

const carriageReturn = 0x0d;
const minus = 0x2d;
const zero = 0x30;

/** What follows a reply's first line, by its first byte. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const followers = new Map<number, 'nothing' | 'bytes' | 'parts' | 'pairs' | 'pairsAndValue'>([
  ...Array.from(Buffer.from('+-:_,#('), (byte) => [byte, 'nothing'] as const),
  ...Array.from(Buffer.from('$!='), (byte) => [byte, 'bytes'] as const),
  ...Array.from(Buffer.from('*~>'), (byte) => [byte, 'parts'] as const),
  [0x25, 'pairs'], // %
  [0x7c, 'pairsAndValue'], // | attributes of the value that follows them
]);

/**
 * Finds the end of a reply of Redis, in RESP2 or RESP3, with all that is inside it.
 *
 * @param start where the reply begins
 * @returns the position behind it, which may lie behind the end of `data`; {@link incomplete} when it cannot be told yet;
 *   {@link notAReply}
 */
export function endOfReply(data: Buffer, start: number): number {
  let at = start;
  for (let left = 1; left > 0; left--) {
    if (at >= data.length) {
      return incomplete;
    }
    const follower = followers.get(data[at] as number);
    if (follower === undefined) {
      return notAReply;
    }
    const lineEnd = data.indexOf(carriageReturn, at);
    if (lineEnd < 0 || lineEnd + 1 === data.length) {
      return incomplete;
    }
    const count = follower === 'nothing' ? 0 : countIn(data, at + 1, lineEnd);
    if (count < -1) {
      return notAReply;
    }
    at = lineEnd + lineBreakBytes;
    if (follower === 'bytes') {
      at += count < 0 ? 0 : count + lineBreakBytes;
    } else {
      left += Math.max(count, 0) * (follower === 'parts' || follower === 'nothing' ? 1 : 2);
      left += follower === 'pairsAndValue' ? 1 : 0;
    }
  }
  return at;
}

/** The count between `from` and `to`; -1 for what Redis calls null; {@link notAReply} for anything else. */
export function countIn(data: Buffer, from: number, to: number): number {
  if (from === to || (data[from] === minus && (data[from + 1] !== zero + 1 || from + 2 !== to))) {
    return notAReply;
  }
  if (data[from] === minus) {
    return -1;
  }
  let count = 0;
  for (let at = from; at < to; at++) {
    const digit = (data[at] as number) - zero;
    if (digit < 0 || digit > 9) {
      return notAReply;
    }
    count = count * 10 + digit;
  }
  return count;
}

/** How deep objects and arrays may nest in a message, its own braces included. */
export const deepestNesting = 128;

/** The position of a member's value in a text: from `start` up to, not including, `end`, with the blanks around it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The result of {@link findMember}. */
export type Found = Span | 'tooDeep' | undefined;

/**
 * Finds the value of a member in the text of a JSON object, members of nested objects excepted. Of several members with
 * the same name the last one counts, as with JSON.parse. For a text that is not JSON the result is arbitrary; it never
 * throws, and takes linear time.
 *
 * Own code: clients must receive the text that arrived, and JSON.parse does not return offsets. It counts brackets and skips
 * strings without recursion, so it also checks the depth before JSON.parse sees the message.
 *
 * @returns `tooDeep` when the text nests deeper than {@link deepestNesting}, `undefined` when there is no such member
 */
export function findMember(text: string, name: string): Found {
  let found: Span | undefined;
  let depth = 0;
  let keyStart = 0;
  let keyEnd = 0;
  let valueStart = -1; // -1 outside of the object's values
  let wanted = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = closingQuote(text, at);
        if (depth === 1 && valueStart < 0) {
          keyStart = at;
          keyEnd = end + 1;
        }
        at = end;
        break;
      }
      case 0x3a: // :
        if (depth === 1 && valueStart < 0) {
          valueStart = at + 1;
          wanted = isNamed(text, keyStart, keyEnd, name);
        }
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > deepestNesting) {
          return 'tooDeep';
        }
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth === 0 && wanted) {
          found = { start: valueStart, end: at };
        }
        break;
      case 0x2c: // ,
        if (depth === 1) {
          if (wanted) {
            found = { start: valueStart, end: at };
            wanted = false;
          }
          valueStart = -1;
        }
        break;
    }
  }
  return found;
}

/** The quote that ends the string which begins at `at`; the end of the text when there is none. */
function closingQuote(text: string, at: number): number {
  // Most of a status is long strings: indexOf skips them at a fraction of the cost of a loop over their characters.
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === 0x5c) {
      before--;
    }
    const backslashes = quote - 1 - before;
    if (backslashes % 2 === 0) {
      return quote;
    }
  }
  return text.length;
}

function isNamed(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length + 2) {
    return text.startsWith(name, start + 1);
  }
  const key = text.slice(start, end);
  if (!key.includes('\\')) {
    return false;
  }
  try {
    return JSON.parse(key) === name;
  } catch {
    return false;
  }
}

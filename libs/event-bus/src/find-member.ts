/** How many objects and arrays may stand inside each other in a message, its own braces included. */
export const deepestNesting = 128;

/** Where a member's value stands in a text: from `start` up to, not including, `end`, blanks around it included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What {@link findMember} answers. */
export type Found = Span | 'tooDeep' | undefined;

/**
 * Looks in the text of a JSON object for the value of one of its own members; of several with the same name the last
 * one counts, as with JSON.parse. A text that is no valid JSON gives an arbitrary answer, never an error or a hang.
 *
 * Own code, because the payload has to leave with the very bytes that arrived, and JSON.parse does not tell where a
 * value stood. It only counts brackets and jumps over strings, without recursion, so it is also what checks the depth
 * before anything recursive sees the message.
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
  // Most of a status is long strings: indexOf passes them at a fraction of the cost of looking at each character.
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

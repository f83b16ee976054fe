import type { JsonObject } from './json.js';

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Whether an object in a JSON text has a key twice. JSON.parse keeps the last value, but clients may use the first:
 * `"visibility":"private","visibility":"public"`. Takes one pass over the text and one over the value.
 *
 * @param text valid JSON
 * @param value what JSON.parse made of it
 */
export function hasDuplicateKeys(text: string, value: JsonObject): boolean {
  let keys = 0;
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', start)) {
    start = endOfString(text, start);
    keys += isKey(text, start) ? 1 : 0;
  }
  return keys !== countKeys(value);
}

/**
 * Finds the closing braces of objects in a JSON text.
 *
 * @param text valid JSON: an object without duplicate keys
 * @param paths members that lead from the outermost object to the wanted ones, `[]` for itself; arrays cannot be entered
 * @returns for each path the offset of the object's closing brace; -1 where there is no object
 */
export function closingBraces(text: string, paths: readonly (readonly string[])[]): number[] {
  const wanted = new Map(paths.map((path, index) => [JSON.stringify(path), index]));
  const offsets = paths.map(() => -1);
  const maxDepth = Math.max(...paths.map(({ length }) => length)) + 1;
  /** The key read last in each open object; `null` for arrays. The path is too deep to matter beyond `maxDepth`. */
  const keys: (string | null)[] = [];
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case quote: {
        const end = endOfString(text, index);
        if (keys.length <= maxDepth && isKey(text, end)) {
          keys[keys.length - 1] = JSON.parse(text.slice(index, end)) as string;
        }
        index = end - 1;
        break;
      }
      case openBrace:
        keys.push('');
        break;
      case openBracket:
        keys.push(null);
        break;
      case closeBracket:
        keys.pop();
        break;
      case closeBrace: {
        keys.pop();
        const found = keys.length < maxDepth ? wanted.get(JSON.stringify(keys)) : undefined;
        if (found !== undefined) {
          offsets[found] = index;
        }
      }
    }
  }
  return offsets;
}

/** @returns the offset behind the closing quote of the string that opens at `start` */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) {
      escapes++;
    }
    if (escapes % 2 === 0) {
      return end + 1;
    }
  }
  return text.length;
}

/** Whether a colon follows the string that ends before `end`. */
function isKey(text: string, end: number): boolean {
  let next = end;
  while (text.charCodeAt(next) <= 0x20) {
    next++;
  }
  return text.charCodeAt(next) === colon;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return 0;
  }
  let keys = 0;
  const isArray = Array.isArray(value);
  for (const member of Object.values(value)) {
    // A payload that was not parsed from JSON may have `undefined` members, which JSON omits.
    keys += countKeys(member) + (isArray || member === undefined ? 0 : 1);
  }
  return keys;
}

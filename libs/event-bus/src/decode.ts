import { isUtf8 } from 'node:buffer';
import { StreamEvent } from '@fedistream/domain';
import { deepestNesting, findMember } from './find-member.js';
import { JsonScanner } from './json-scanner.js';
import { MalformedMessage } from './malformed-message.js';

const controlCharacters = /[\p{Cc}\u2028\u2029]/u;
const lineBreaks = /[\n\r]/g;
const openingBrackets = ['{', '['];

/** The outer object of a message is one level. */
const scanner = new JsonScanner(deepestNesting - 1);
const beforeName = Buffer.from('{"event":"');
const beforePayload = Buffer.from('","payload":');
const nameStart = beforeName.length;
const quote = 0x22;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;

/**
 * Reads a published message: `{"event", "payload"}` in any order and with any other members, or the same inside the
 * `{"pattern", "data"}` of a NestJS client.
 *
 * The text of an object, array, number or boolean is kept exactly. Only line breaks between its tokens become blanks, so that
 * an event stream needs one line; JSON strings contain none. A string payload is replaced by its value. A payload of `null`
 * counts as absent. Bytes that are not UTF-8 are read as U+FFFD.
 */
export function decode(message: Buffer): StreamEvent | MalformedMessage {
  return decodeCompact(message) ?? decodeText(message.toString());
}

/**
 * Decodes the form of nearly all messages: `{"event":"…","payload":…}`, compact, with a plain name and an object or array as
 * payload. It validates the payload and returns its bytes. For any other message it returns `undefined`, and
 * {@link decodeText} decodes it; both give the same result.
 */
function decodeCompact(message: Buffer): StreamEvent | undefined {
  const nameEnd = endOfPlainName(message);
  if (nameEnd === undefined || !matchesAt(message, beforePayload, nameEnd)) {
    return undefined;
  }
  const start = nameEnd + beforePayload.length;
  const first = message[start];
  if (first !== openBrace && first !== openBracket) {
    return undefined;
  }
  const end = scanner.endOfContainer(message, start);
  // Two members only: no later member can have the same name.
  return end >= 0 && end === message.length - 1 && message[end] === closeBrace && isUtf8(message)
    ? StreamEvent.received(message.toString('latin1', nameStart, nameEnd), message.subarray(start, end))
    : undefined;
}

/** The offset of the quote that ends a name of lower case letters, `_`, `.` and `:`; `undefined` for other names. */
function endOfPlainName(message: Buffer): number | undefined {
  if (!matchesAt(message, beforeName, 0)) {
    return undefined;
  }
  let at = nameStart;
  for (; at < message.length && message[at] !== quote; at++) {
    const byte = message[at] as number;
    if (!((byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte === 0x2e || byte === 0x3a)) {
      return undefined;
    }
  }
  return at > nameStart ? at : undefined;
}

function matchesAt(message: Buffer, part: Buffer, start: number): boolean {
  for (let index = 0; index < part.length; index++) {
    if (message[start + index] !== part[index]) {
      return false;
    }
  }
  return true;
}

function decodeText(text: string): StreamEvent | MalformedMessage {
  if (!isShallow(text) && findMember(text, 'payload') === 'tooDeep') {
    return MalformedMessage.tooDeep;
  }
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return MalformedMessage.notJson;
  }
  if (!isObject(message)) {
    return MalformedMessage.notAnObject;
  }
  if (message['event'] === undefined && message['pattern'] !== undefined && isObject(message['data'])) {
    return toEvent(message['data'], cut(text, 'data'));
  }
  return toEvent(message, text);
}

/** @param text what `message` was parsed from, blanks around it included */
function toEvent(message: Record<string, unknown>, text: string): StreamEvent | MalformedMessage {
  const { event: name, payload } = message;
  if (name === undefined || name === null) {
    return MalformedMessage.noEvent;
  }
  if (typeof name !== 'string' || name === '' || controlCharacters.test(name)) {
    return MalformedMessage.badEventName;
  }
  if (payload === undefined || payload === null) {
    return StreamEvent.received(name, undefined);
  }
  if (typeof payload === 'string') {
    // Older publishers encode the payload as a string. It is parsed later, so its depth is bounded here.
    return isTooDeep(payload) ? MalformedMessage.tooDeep : StreamEvent.received(name, payload, payload);
  }
  const exact = cut(text, 'payload').trim();
  const hasLineBreak = exact.includes('\n') || exact.includes('\r');
  return StreamEvent.received(name, hasLineBreak ? exact.replace(lineBreaks, ' ') : exact, payload);
}

function cut(text: string, name: string): string {
  const span = findMember(text, name);
  return span === undefined || span === 'tooDeep' ? '' : text.slice(span.start, span.end);
}

/** Whether a text has too few brackets to nest too deep. Most texts have; counting them is cheap. */
function isShallow(text: string): boolean {
  let left = deepestNesting;
  for (const bracket of openingBrackets) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (--left < 0) {
        return false;
      }
    }
  }
  return true;
}

function isTooDeep(payload: string): boolean {
  const first = payload.trimStart().charAt(0);
  return (first === '{' || first === '[') && findMember(payload, '') === 'tooDeep';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

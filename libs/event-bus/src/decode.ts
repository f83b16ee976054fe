import { StreamEvent } from '@fedistream/domain';
import { findMember, type Found } from './find-member.js';
import { Malformed } from './malformed.js';

const controlCharacters = /[\p{Cc}\u2028\u2029]/u;
const lineBreaks = /[\n\r]/g;

/**
 * Reads a published message: `{"event", "payload"}` in any order and with whatever else stands beside them, or the
 * same inside of the `{"pattern", "data"}` of a NestJS client.
 *
 * An object, array, number or boolean leaves as the exact text that arrived. Only line breaks between its tokens become
 * blanks, so that an event stream needs one line for it; within strings JSON has none. A string payload is taken for
 * what it stands for; a payload of `null` counts as none.
 */
export function decode(text: string): StreamEvent | Malformed {
  const payload = findMember(text, 'payload');
  if (payload === 'tooDeep') {
    return Malformed.tooDeep;
  }
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return Malformed.notJson;
  }
  if (!isObject(message)) {
    return Malformed.notAnObject;
  }
  if (message['event'] === undefined && message['pattern'] !== undefined && isObject(message['data'])) {
    const data = cut(text, findMember(text, 'data'));
    return toEvent(message['data'], data, findMember(data, 'payload'));
  }
  return toEvent(message, text, payload);
}

/** @param text what `message` was parsed from, and where its payload stands there */
function toEvent(message: Record<string, unknown>, text: string, span: Found): StreamEvent | Malformed {
  const { event: name, payload } = message;
  if (name === undefined || name === null) {
    return Malformed.noEvent;
  }
  if (typeof name !== 'string' || name === '' || controlCharacters.test(name)) {
    return Malformed.badEventName;
  }
  if (payload === undefined || payload === null) {
    return StreamEvent.received(name, undefined, undefined);
  }
  if (typeof payload === 'string') {
    // Older publishers encode the payload by themselves; whoever reads it as JSON must not meet a bottomless one.
    return isTooDeep(payload) ? Malformed.tooDeep : StreamEvent.received(name, payload, payload);
  }
  const exact = cut(text, span).trim();
  const broken = exact.includes('\n') || exact.includes('\r');
  return StreamEvent.received(name, broken ? exact.replace(lineBreaks, ' ') : exact, payload);
}

function cut(text: string, span: Found): string {
  return span === undefined || span === 'tooDeep' ? '' : text.slice(span.start, span.end);
}

function isTooDeep(payload: string): boolean {
  const first = payload.trimStart().charAt(0);
  return (first === '{' || first === '[') && findMember(payload, '') === 'tooDeep';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

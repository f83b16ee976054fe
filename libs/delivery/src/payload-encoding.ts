import type { StreamEvent } from '@fedistream/domain';

/**
 * UTF-8 as a string with one character per byte. V8 keeps such a string in one byte per character: it is escaped and joined
 * natively, and written to a `Buffer` (encoding `latin1`) by a copy, without decoding or encoding UTF-8 in between.
 */
export type ByteString = string;

/** Beyond ASCII, a character is more than one byte. */
const ascii = /^[\u0000-\u007F]*$/;

/** The UTF-8 bytes of a text. */
export function utf8(text: string): ByteString {
  return ascii.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** The payload as a JSON string literal, quotes included; `undefined` for an event without a payload. See `JsonLiteral` for bytes. */
export function payloadLiteral(event: StreamEvent): ByteString | undefined {
  const { parts } = event;
  return parts === undefined
    ? event.derived(encodeLiteral)
    : // Each character is escaped by itself, so the literal of a text is made of the literals of its parts.
      parts.base.derived(encodeOpenLiteral) + textLiteral(parts.own).slice(1);
}

/** The payload's own bytes; `undefined` for an event without a payload. */
export function payloadBytes(event: StreamEvent): ByteString | undefined {
  const { parts } = event;
  return parts === undefined ? event.derived(encodePayload) : parts.base.derived(encodeOpenPayload) + utf8(parts.own);
}

function encodeLiteral(event: StreamEvent): ByteString | undefined {
  return event.text === undefined ? undefined : textLiteral(event.text);
}

function encodeOpenLiteral(event: StreamEvent): ByteString {
  return textLiteral(event.openText).slice(0, -1);
}

function encodePayload(event: StreamEvent): ByteString | undefined {
  return event.bytes?.toString('latin1') ?? (event.text === undefined ? undefined : utf8(event.text));
}

function encodeOpenPayload(event: StreamEvent): ByteString {
  return utf8(event.openText);
}

/** A text as a JSON string literal, quotes included. */
export function textLiteral(text: string): ByteString {
  return utf8(JSON.stringify(text));
}

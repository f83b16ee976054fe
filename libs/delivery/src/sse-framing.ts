import type { StreamEvent } from '@fedistream/domain';
import type { Framing } from './framing.js';

/** What stands in for the payload of an event that has none: an event without data would never be dispatched. */
const noPayload = '{}';
const lineBreak = /\r\n|\r|\n/;

/** Server-sent events (WHATWG HTML, section 9.2) in HTTP/1.1 chunks, one event per chunk: a Perl client needs that. */
export const chunkedSseFraming: Framing = sseFraming('sse-chunked', chunk);

/** Server-sent events for HTTP/1.0, which knows no chunks: the bytes alone. */
export const plainSseFraming: Framing = sseFraming('sse-plain', (text) => Buffer.from(text));

/** The bytes of a comment line, which clients ignore, in the form that this framing needs. */
export function sseComment(text: string, framing: Framing): Buffer {
  const line = `:${text}\n`;
  return framing === chunkedSseFraming ? chunk(line) : Buffer.from(line);
}

function sseFraming(name: string, bytes: (text: string) => Buffer): Framing {
  return { type: 'eventsource', name, labelled: false, frame: (event) => bytes(block(event)) };
}

function block(event: StreamEvent): string {
  const text = event.text ?? noPayload;
  // A line break in a payload begins another `data:` line, so that no payload can forge an event.
  const data = lineBreak.test(text) ? text.split(lineBreak).join('\ndata: ') : text;
  return `event: ${event.name}\ndata: ${data}\n\n`;
}

/** One HTTP/1.1 chunk (RFC 9112, section 7.1). Own code: Node would frame it again for every response. */
function chunk(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

import type { StreamEvent } from '@fedistream/domain';
import type { Framing } from './framing.js';
import { payloadBytes, utf8, type ByteString } from './payload-encoding.js';

/** The data of an event without a payload: EventSource never dispatches an event with empty data. */
const noPayload = '{}';
const lineBreak = /\r\n|\r|\n/;

/** Puts the bytes of one event on the wire. */
type Envelope = (content: ByteString) => ByteString;

/** One HTTP/1.1 chunk (RFC 9112, section 7.1). Own code: Node.js would frame it again for every response. */
const inChunk: Envelope = (content) => `${content.length.toString(16)}\r\n${content}\r\n`;
const asItIs: Envelope = (content) => content;

/** Server-sent events (WHATWG HTML, section 9.2) in HTTP/1.1 chunks, one event per chunk: a Perl client needs that. */
export const chunkedSseFraming: Framing = sseFraming('sse-chunked', inChunk);

/** Server-sent events for HTTP/1.0, which has no chunks. */
export const plainSseFraming: Framing = sseFraming('sse-plain', asItIs);

/**
 * A block that tells the client after how many milliseconds to reconnect. It holds no event: only clients that follow the
 * standard may get it.
 */
export function sseRetry(milliseconds: number, framing: Framing): Buffer {
  const envelope = framing === chunkedSseFraming ? inChunk : asItIs;
  return Buffer.from(envelope(utf8(`retry: ${Math.round(milliseconds)}\n\n`)), 'latin1');
}

/** A comment line, which clients ignore, framed as `framing` frames events. */
export function sseComment(text: string, framing: Framing): Buffer {
  const envelope = framing === chunkedSseFraming ? inChunk : asItIs;
  return Buffer.from(envelope(utf8(`:${text}\n`)), 'latin1');
}

function sseFraming(name: string, envelope: Envelope): Framing {
  return {
    type: 'eventsource',
    name,
    labelled: false,
    tellsPositions: true,
    frame: (event) => Buffer.from(envelope(block(event)), 'latin1'),
    // A block without data is never dispatched; it only sets the last event ID.
    checkpoint: (position) => Buffer.from(envelope(`id: ${position}\n\n`), 'latin1'),
  };
}

function block(event: StreamEvent): ByteString {
  const payload = payloadBytes(event) ?? noPayload;
  // Received bytes are on one line. A line break in any other payload begins another `data:` line: none can forge an event.
  const data =
    event.bytes === undefined && lineBreak.test(payload) ? payload.split(lineBreak).join('\ndata: ') : payload;
  const position = event.origin?.position;
  const id = position === undefined ? '' : `id: ${position}\n`;
  return `event: ${utf8(event.name)}\ndata: ${data}\n${id}\n`;
}

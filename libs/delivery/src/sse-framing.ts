import type { StreamEvent } from '@fedistream/domain';
import type { Framing } from './framing.js';
import { payloadBytes, utf8, type ByteString } from './payload-encoding.js';

/** The data of an event without a payload: EventSource never dispatches an event with empty data. */
const noPayload = '{}';
const lineBreak = /\r\n|\r|\n/;

/** Wraps the bytes of one event for the transfer coding. */
type Envelope = (content: ByteString) => ByteString;

/** One HTTP/1.1 chunk (RFC 9112, section 7.1). Own code: Node.js would frame it again for every response. */
const inChunk: Envelope = (content) => `${content.length.toString(16)}\r\n${content}\r\n`;
const identity: Envelope = (content) => content;

/** Server-sent events (WHATWG HTML, section 9.2) in HTTP/1.1 chunks, one event per chunk, which a Perl client needs. */
export const chunkedSseFraming: Framing = sseFraming('sse-chunked', inChunk, false);

/** Server-sent events for HTTP/1.0, which has no chunks. */
export const plainSseFraming: Framing = sseFraming('sse-plain', identity, false);

/** {@link chunkedSseFraming} with the position of each event as `id`, for clients that follow the standard: a Perl client takes it for data. */
export const resumableChunkedSseFraming: Framing = sseFraming('sse-chunked-resumable', inChunk, true);
/** {@link plainSseFraming} with positions. */
export const resumablePlainSseFraming: Framing = sseFraming('sse-plain-resumable', identity, true);

const chunked: ReadonlySet<Framing> = new Set([chunkedSseFraming, resumableChunkedSseFraming]);

/**
 * A block with the reconnection time. It contains no event: only clients that follow the standard may get it.
 */
export function sseRetry(milliseconds: number, framing: Framing): Buffer {
  const envelope = chunked.has(framing) ? inChunk : identity;
  return Buffer.from(envelope(utf8(`retry: ${Math.round(milliseconds)}\n\n`)), 'latin1');
}

/** A comment line, which clients ignore, in the transfer coding of `framing`. */
export function sseComment(text: string, framing: Framing): Buffer {
  const envelope = chunked.has(framing) ? inChunk : identity;
  return Buffer.from(envelope(utf8(`:${text}\n`)), 'latin1');
}

function sseFraming(name: string, envelope: Envelope, tellsPositions: boolean): Framing {
  // Fan-outs of other parameters deliver the same event one after the other, and its bytes contain no label.
  let framed: StreamEvent | undefined;
  let bytes: Buffer = Buffer.alloc(0);
  return {
    type: 'eventsource',
    name,
    labelled: false,
    tellsPositions,
    frame: (event) => {
      if (framed !== event) {
        bytes = Buffer.from(envelope(block(event, tellsPositions)), 'latin1');
        framed = event;
      }
      return bytes;
    },
    // A block without data is never dispatched; it only sets the last event ID.
    checkpoint: (position) => Buffer.from(envelope(`id: ${position}\n\n`), 'latin1'),
  };
}

function block(event: StreamEvent, tellsPositions: boolean): ByteString {
  const payload = payloadBytes(event) ?? noPayload;
  // Received bytes are on one line. In any other payload each line gets a `data:` of its own, so that none forges an event.
  const data =
    event.bytes === undefined && lineBreak.test(payload) ? payload.split(lineBreak).join('\ndata: ') : payload;
  const position = tellsPositions ? event.origin?.position : undefined;
  const id = position === undefined ? '' : `id: ${position}\n`;
  return `event: ${utf8(event.name)}\ndata: ${data}\n${id}\n`;
}

import type { StreamEvent } from '@fedistream/domain';
import type { Framing } from './framing.js';
import { concatenate, VariantBytes } from './variant-bytes.js';

/** What stands in for the payload of an event that has none: an event without data would never be dispatched. */
const noPayload = '{}';
const lineBreak = /\r\n|\r|\n/;

/** How the bytes of one event become the bytes on the wire: what comes before them, given their length, and behind. */
interface Envelope {
  readonly before: (length: number) => string;
  readonly behind: string;
}

/** One HTTP/1.1 chunk (RFC 9112, section 7.1). Own code: Node would frame it again for every response. */
const chunk: Envelope = { before: (length) => `${length.toString(16)}\r\n`, behind: '\r\n' };
const nothing: Envelope = { before: () => '', behind: '' };

/** Server-sent events (WHATWG HTML, section 9.2) in HTTP/1.1 chunks, one event per chunk: a Perl client needs that. */
export const chunkedSseFraming: Framing = sseFraming('sse-chunked', chunk);

/** Server-sent events for HTTP/1.0, which knows no chunks: the bytes alone. */
export const plainSseFraming: Framing = sseFraming('sse-plain', nothing);

/** The bytes of a comment line, which clients ignore, in the form that this framing needs. */
export function sseComment(text: string, framing: Framing): Buffer {
  return enveloped(`:${text}\n`, framing === chunkedSseFraming ? chunk : nothing);
}

function sseFraming(name: string, envelope: Envelope): Framing {
  const variants = new VariantBytes();
  return {
    type: 'eventsource',
    name,
    labelled: false,
    frame: (event, label) => {
      const { parts } = event;
      if (parts === undefined || lineBreak.test(parts.common.text)) {
        return enveloped(block(event), envelope);
      }
      const { common, own } = parts;
      const beginning = variants.beginning(common, label, () => `event: ${event.name}\ndata: ${common.text}`);
      const rest = `${own}\n\n`;
      const before = envelope.before(beginning.length + Buffer.byteLength(rest));
      const bytes = concatenate(before.length, beginning, rest + envelope.behind);
      bytes.write(before, 'latin1');
      return bytes;
    },
  };
}

function block(event: StreamEvent): string {
  const text = event.text ?? noPayload;
  // A line break in a payload begins another `data:` line, so that no payload can forge an event.
  const data = lineBreak.test(text) ? text.split(lineBreak).join('\ndata: ') : text;
  return `event: ${event.name}\ndata: ${data}\n\n`;
}

function enveloped(text: string, { before, behind }: Envelope): Buffer {
  return Buffer.from(before(Buffer.byteLength(text)) + text + behind);
}

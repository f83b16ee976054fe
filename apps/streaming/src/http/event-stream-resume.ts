import type { IncomingMessage } from 'node:http';
import { StreamEvent } from '@fedistream/domain';
import type { Resumed, ResumeRequest } from '@fedistream/stream-kit/server';

/** The longest position that is read, in characters; the server never sends a longer one. */
const longestPosition = 128;

/** The resume of a request for an event stream. */
export interface EventStreamResume extends ResumeRequest {
  /** Whether blocks without an event may be sent: clients that name the media type follow the standard. */
  readonly checkpoints: boolean;
}

/**
 * Reads the client's position: the header of the standard, which EventSource sends when it reconnects, or the query
 * parameter, for the first request of a page. https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @returns `undefined` for a client that neither sends a position nor follows the standard
 */
export function readEventStreamResume(
  { headers }: Pick<IncomingMessage, 'headers'>,
  query: Readonly<Record<string, unknown>>,
): EventStreamResume | undefined {
  const since = firstText(headers['last-event-id']) ?? firstText(query['last_event_id']);
  const checkpoints = followsStandard({ headers });
  return since === undefined && !checkpoints ? undefined : { since: since?.slice(0, longestPosition), checkpoints };
}

/** Whether the client names the media type. Such a client accepts blocks without an event; others may fail on them. */
export function followsStandard({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.accept?.toLowerCase().includes('text/event-stream') === true;
}

/** The response headers with the result of a resume. */
export function resumeHeaders(resumed: Resumed | undefined): Readonly<Record<string, string>> {
  return resumed?.recovered === undefined
    ? {}
    : { 'Stream-Resumed': String(resumed.recovered), 'Access-Control-Expose-Headers': 'Stream-Resumed' };
}

/** The event `stream.gap` for a client that has sent a position and missed events which cannot be replayed. */
export function gapEvents({ recovered, position }: Resumed): readonly StreamEvent[] {
  if (recovered !== false) {
    return [];
  }
  const gap = StreamEvent.of('stream.gap', {});
  gap.placeAt({ order: 0, position });
  return [gap];
}

/** The first value of a header or parameter, if it has one. */
function firstText(value: unknown): string | undefined {
  const single: unknown = Array.isArray(value) ? value[0] : value;
  return typeof single === 'string' && single !== '' ? single : undefined;
}

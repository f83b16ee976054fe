import type { Label } from '../load/labels.js';
import type { IncomingMessage } from 'node:http';

/** The account id that a client sends as its token. The baseline servers trust it. */
export function tokenOf(request: IncomingMessage): string {
  return (request.headers.authorization ?? '').slice('Bearer '.length);
}

/** The label in a URL, by its parameter `stream` or by its path; the stream is empty when there is none. */
export function labelOf(url: string): Label {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const stream = searchParams.get('stream') ?? pathname.slice('/api/v1/streaming/'.length).replaceAll('/', ':');
  const tag = searchParams.get('tag');
  const list = searchParams.get('list');
  return { stream, ...(tag !== null && { tag }), ...(list !== null && { list }) };
}

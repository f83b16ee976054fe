import type { Label } from '../load/labels.js';
import { labelOf } from '../naive/request.js';

/** What the floor server reads of a request. */
export interface RequestHead {
  readonly label: Label;
  /** The account id that the client sends as its token. */
  readonly accountId: string;
  /** The client's Sec-WebSocket-Key; empty without one. */
  readonly webSocketKey: string;
}

/** Reads a request line and three headers by position, without checks: the load client is the only client. */
export function readRequestHead(head: string): RequestHead {
  return {
    label: labelOf(head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/1.1'))),
    accountId: header(head, '\r\nAuthorization: Bearer '),
    webSocketKey: header(head, '\r\nSec-WebSocket-Key: '),
  };
}

function header(head: string, name: string): string {
  const at = head.indexOf(name);
  return at < 0 ? '' : head.slice(at + name.length, head.indexOf('\r\n', at + name.length));
}

import type { StreamEvent } from '@fedistream/domain';
import type { Label } from './label.js';

/** The two types of clients; also the value of the label `type` in metrics. */
export type ClientType = 'websocket' | 'eventsource';

/** Encodes events as bytes of a protocol. Framings are stateless and shared: there is one object of each kind. */
export interface Framing {
  readonly type: ClientType;
  /** Unique; clients with the same framing share bytes. */
  readonly name: string;
  /** Whether the bytes contain the label. If not, all labels share them. */
  readonly labelled: boolean;
  /** Whether the bytes tell the client the position of an event that has one. */
  readonly tellsPositions: boolean;
  /** The bytes of one event for all clients with this label. They are written to many sockets and MUST NOT be changed. */
  frame(event: StreamEvent, label: Label): Buffer;
  /** The bytes that tell a client its position without an event. For clients that have asked for positions. */
  checkpoint(position: string, label: Label): Buffer;
}

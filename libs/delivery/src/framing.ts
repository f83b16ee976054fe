import type { StreamEvent } from '@fedistream/domain';
import type { Label } from './label.js';

/** The two types of clients; also the value of the label `type` in metrics. */
export type ClientType = 'websocket' | 'eventsource';

/** How events become bytes. Framings are stateless and shared: there is one object of each kind. */
export interface Framing {
  readonly type: ClientType;
  /** Unique: bytes are shared between clients with the same framing. */
  readonly name: string;
  /** Whether the bytes name the subscription: if not, all labels share them. */
  readonly labelled: boolean;
  /** Whether the bytes tell the client the position of an event that has one. */
  readonly tellsPositions: boolean;
  /** The bytes of one event for all clients with this label. They are written to many sockets and MUST NOT be changed. */
  frame(event: StreamEvent, label: Label): Buffer;
  /** The bytes that tell a client its position when there is no event to tell it with. For clients that have asked for it. */
  checkpoint(position: string, label: Label): Buffer;
}

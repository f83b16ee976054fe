import type { StreamEvent } from '@fedistream/domain';
import type { Label } from './label.js';

/** The two kinds of clients; also the value of the label `type` in metrics. */
export type ClientType = 'websocket' | 'eventsource';

/** How events become bytes. Framings are stateless and shared: there is one object of each kind. */
export interface Framing {
  readonly type: ClientType;
  /** Tells framings apart where bytes are shared. */
  readonly name: string;
  /** Whether the bytes name the subscription: if not, all labels share them. */
  readonly labelled: boolean;
  /** The bytes of one event for everybody with this label. Made once, written to many sockets, never changed. */
  frame(event: StreamEvent, label: Label): Buffer;
}

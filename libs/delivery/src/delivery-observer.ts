import type { StreamEvent } from '@fedistream/domain';

/** An event on its way to the clients of one stream. Times are those of `performance.now()`, in milliseconds. */
export interface Delivery {
  /** The published event. */
  readonly event: StreamEvent;
  /** The stream's first name. */
  readonly stream: string;
  /** When this process received it. */
  readonly receivedAtMs: number;
  /** When the audience had decided which clients receive it. */
  readonly decidedAtMs: number;
  /** When it was written to the sockets of all of them. */
  readonly writtenAtMs: number;
}

/** Measures deliveries. Called once for each event and set of subscriptions: it MUST be cheap, and MUST NOT throw. */
export abstract class DeliveryObserver {
  abstract delivered(delivery: Delivery): void;
}

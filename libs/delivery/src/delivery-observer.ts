import type { StreamEvent } from '@fedistream/domain';

/** An event on its way to the clients of one stream. Times are those of `performance.now()`, in milliseconds. */
export interface Delivery {
  /** As it was published. */
  readonly event: StreamEvent;
  /** The stream's first name. */
  readonly stream: string;
  /** When this process had received it. */
  readonly receivedAtMs: number;
  /** When it was known which clients receive it. */
  readonly decidedAtMs: number;
  /** When it had been handed to the sockets of all of them. */
  readonly writtenAtMs: number;
}

/** Measures deliveries. It is called for each event and set of subscriptions, so it MUST be cheap, and MUST NOT throw. */
export abstract class DeliveryObserver {
  abstract delivered(delivery: Delivery): void;
}

import type { CloseReason } from './close-reason.js';
import type { ClientType } from './framing.js';

/** What is counted for one kind of client. */
export class ClientStatistics {
  /** Connections open now. */
  connections = 0;
  /** Events written since the start. */
  sent = 0;
  /** Subscriptions open now, by stream name. */
  readonly subscriptions = new Map<string, number>();
}

/** Plain numbers, incremented on the hot path and read when metrics are asked for. */
export class DeliveryStatistics {
  readonly websocket = new ClientStatistics();
  readonly eventsource = new ClientStatistics();
  /** Connections ended since the start, by reason. */
  readonly closed = new Map<CloseReason['name'], number>();

  /** The numbers of one kind of client. */
  of(type: ClientType): ClientStatistics {
    return this[type];
  }
}

/** Adds to a counter in a map. */
export function count<K>(counters: Map<K, number>, key: K, by: 1 | -1): void {
  counters.set(key, (counters.get(key) ?? 0) + by);
}

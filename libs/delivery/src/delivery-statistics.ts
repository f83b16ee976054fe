import type { CloseReason } from './close-reason.js';
import type { ClientType } from './framing.js';

/** The counters of one type of client. */
export class ClientStatistics {
  /** Connections open now. */
  connections = 0;
  /** Events written since the start. */
  sent = 0;
  /** Subscriptions open now, by stream name. */
  readonly subscriptions = new Map<string, number>();
}

/** Plain numbers, incremented on the hot path and read when metrics are scraped. */
export class DeliveryStatistics {
  readonly websocket = new ClientStatistics();
  readonly eventsource = new ClientStatistics();
  /** Connections closed since the start, by reason. */
  readonly closed = new Map<CloseReason['name'], number>();

  /** The counters of one type of client. */
  of(type: ClientType): ClientStatistics {
    return this[type];
  }
}

/** Adds to a counter in a map. */
export function count<K>(counters: Map<K, number>, key: K, by: 1 | -1): void {
  counters.set(key, (counters.get(key) ?? 0) + by);
}

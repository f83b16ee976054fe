import type { PlannedEvent } from '../events/publisher.js';
import type { ClientSpec } from '../load/messages.js';
import type { Viewer } from '../database/viewers.js';

/** A client without its token: that depends on the server. */
export interface PlannedClient extends Omit<ClientSpec, 'token'> {
  readonly viewer: Viewer;
}

/** What each client subscribes to, what is published, and which clients must receive it. */
export interface Plan {
  readonly clients: readonly PlannedClient[];
  /** So many consecutive events reach every subscription at least once. */
  readonly cycle: number;
  /** The event with this index, from 0 on without an upper bound. */
  event(index: number): PlannedEvent;
  /**
   * The indexes of the clients that must receive this event, from a server that applies the audience rules or from one that
   * has none.
   */
  due(index: number, rules: boolean): readonly number[];
}

/** The accounts of the clients. With more clients than accounts, several clients share one. */
export interface Population {
  readonly viewers: readonly Viewer[];
  /** Viewers with relations and filters, in the order of `relationsOf`. */
  readonly relatedViewers: readonly Viewer[];
}

import type { PlannedEvent } from '../events/publisher.js';
import type { ClientSpec } from '../load/messages.js';
import type { Viewer } from '../database/viewers.js';

/** A client before it is known what kind of server it goes to, which decides how it proves who it is. */
export interface PlannedClient extends Omit<ClientSpec, 'token'> {
  readonly viewer: Viewer;
}

/** Who listens to what, what is published, and who is due to receive it: the benchmark's own knowledge of the truth. */
export interface Plan {
  readonly clients: readonly PlannedClient[];
  /** So many consecutive events reach every subscription once at least. */
  readonly cycle: number;
  /** The event with this index; indexes count from 0 without end. */
  event(index: number): PlannedEvent;
  /**
   * The indexes of the clients that must receive this event, from a server that applies the audience rules or from one that
   * has none.
   */
  due(index: number, rules: boolean): readonly number[];
}

/** Where viewers come from; there may be fewer than clients, then several clients share one. */
export interface Population {
  readonly viewers: readonly Viewer[];
  /** Those with relations and filters, in the order of `relationsOf`. */
  readonly choosyViewers: readonly Viewer[];
}

import type { Selection, StreamEvent, Viewer } from '@fedistream/domain';
import type { DeliverySteps } from './delivery-steps.js';
import type { Subscription, SubscriptionSet } from './subscription.js';

/** How many selections a backlog holds. A client that waits longer is told to come back later. */
const maxSelections = 1_000;

/**
 * What one viewer would have received while its subscription was being prepared: between the moment from which nothing is
 * missed and the moment when the subscription has been sent what comes first, such as a snapshot.
 */
export class Backlog {
  readonly viewer: Viewer;
  readonly #set: SubscriptionSet;
  readonly #steps: DeliverySteps | undefined;
  readonly #done: () => void;
  #selections: Selection[] = [];
  #overflowed = false;

  /** Only a fan-out makes backlogs: see `Fanout.keepFor`. */
  constructor(viewer: Viewer, set: SubscriptionSet, steps: DeliverySteps | undefined, done: () => void) {
    this.viewer = viewer;
    this.#set = set;
    this.#steps = steps;
    this.#done = done;
  }

  /** Whether it has received more than it may hold: it is incomplete, and its subscription must not begin. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Keeps a selection. */
  keep(selection: Selection): void {
    if (this.#selections.length < maxSelections) {
      this.#selections.push(selection);
    } else {
      this.#overflowed = true;
      this.#selections = [];
    }
  }

  /**
   * Sends the subscription what comes first, then what was kept, and attaches it: nothing is missing or repeated in
   * between. A subscription that has ended receives nothing.
   */
  attach(subscription: Subscription, first: readonly StreamEvent[]): void {
    const kept = this.#selections.flatMap((selection) => this.#mine(selection) ?? []);
    for (const event of [...first, ...kept]) {
      if (subscription.ended) {
        break;
      }
      const { connection, label } = subscription;
      connection.send(connection.framing.frame(event, label));
    }
    subscription.attach(this.#set);
    this.discard();
  }

  /** Gives up what was kept. */
  discard(): void {
    this.#selections = [];
    this.#done();
  }

  #mine(selection: Selection): StreamEvent | undefined {
    const event = selection.for(this.viewer.accountId);
    if (event === undefined || this.#steps?.acceptsFor?.(event, this.viewer) === false) {
      return undefined;
    }
    return this.#steps?.map ? this.#steps.map(event) : event;
  }
}

import type { Selection, StreamEvent, Viewer } from '@fedistream/domain';
import type { DeliverySteps } from './delivery-steps.js';
import type { Subscription, SubscriptionSet } from './subscription.js';

/** How many selections a backlog holds. A client that waits longer is told to come back later. */
const maxSelections = 1_000;

/** Where a subscription begins among all messages, on a server with a history. */
export interface BacklogPlace {
  /** Of what was kept, only events after this place are sent: what comes first stands for the others. Default: all. */
  readonly behind?: number;
  /** The position of a client that has received what comes first. */
  readonly position?: string | undefined;
  /** Whether the client is told that position. Default: no. */
  readonly checkpoint?: boolean;
}

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
   * between. A subscription that has ended receives nothing. Whatever happens, nothing is kept any more afterwards.
   *
   * @throws StreamingError `tooManySubscriptions`, before anything is sent, as {@link Subscription.attach}
   */
  attach(subscription: Subscription, first: readonly StreamEvent[], place: BacklogPlace = {}): void {
    try {
      if (!subscription.ended) {
        subscription.claim(this.#set);
        this.#send(subscription, first, place);
      }
    } finally {
      this.discard();
    }
  }

  #send(
    subscription: Subscription,
    first: readonly StreamEvent[],
    { behind = -1, position, checkpoint = false }: BacklogPlace,
  ): void {
    const { connection, label, framing } = subscription;
    const kept = this.#selections
      .flatMap((selection) => this.#mine(selection) ?? [])
      .filter(({ origin }) => (origin?.order ?? behind + 1) > behind);
    const parts = [
      ...first.map((event) => framing.frame(event, label)),
      ...(position === undefined || !checkpoint ? [] : [framing.checkpoint(position, label)]),
      ...kept.map((event) => framing.frame(event, label)),
    ];
    const last = kept.at(-1)?.origin;
    subscription.lastOrder = last?.order ?? behind;
    subscription.lastPosition = last === undefined ? position : last.position;
    for (const bytes of parts) {
      if (subscription.ended) {
        break;
      }
      connection.send(bytes);
    }
    subscription.attach(this.#set, behind);
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

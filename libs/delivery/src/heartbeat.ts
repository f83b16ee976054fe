/** Something that wants to be called once in every period. */
export interface HeartbeatTarget {
  /** Must not throw. May leave the heartbeat while it is called. */
  beat(): void;
}

/** A place in a {@link Heartbeat}; whoever got one gives it back with `delete(self)`. */
export type HeartbeatSlot = Set<HeartbeatTarget>;

/**
 * One timer for all connections. The period is cut into slots, and whoever comes takes the slot that has just passed:
 * the first beat is one period away, and the work is spread over the period as the arrivals were.
 */
export class Heartbeat {
  readonly #slots: HeartbeatSlot[];
  readonly #timer: NodeJS.Timeout;
  #passed = 0;

  /** Begins at once; does not keep the process alive. */
  constructor(periodMs: number, slots = 120) {
    this.#slots = Array.from({ length: slots }, () => new Set());
    this.#timer = setInterval(() => {
      this.#next();
    }, periodMs / slots).unref();
  }

  /** Takes a seat. */
  join(beating: HeartbeatTarget): HeartbeatSlot {
    const seat = this.#slots[this.#passed] as HeartbeatSlot;
    seat.add(beating);
    return seat;
  }

  /** Stops for good. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #next(): void {
    this.#passed = (this.#passed + 1) % this.#slots.length;
    for (const beating of this.#slots[this.#passed] as HeartbeatSlot) {
      beating.beat();
    }
  }
}

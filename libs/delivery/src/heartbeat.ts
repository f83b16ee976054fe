/** A receiver of heartbeats, such as a transport that writes pings. */
export interface HeartbeatTarget {
  /** Called once per period. It MUST NOT throw, and MAY leave the heartbeat. */
  beat(): void;
}

/** The targets of one slot of a {@link Heartbeat}. A target leaves with `slot.delete(this)`. */
export type HeartbeatSlot = Set<HeartbeatTarget>;

/**
 * One timer for all connections. The period is divided into slots. A new target joins the slot that has just passed: its
 * first beat comes one period later, and beats are spread over the period as the connections were.
 */
export class Heartbeat {
  readonly #slots: HeartbeatSlot[];
  readonly #timer: NodeJS.Timeout;
  #current = 0;

  /** Starts at once; does not keep the process alive. */
  constructor(periodMs: number, slots = 120) {
    this.#slots = Array.from({ length: slots }, () => new Set());
    this.#timer = setInterval(() => {
      this.#advance();
    }, periodMs / slots).unref();
  }

  /** Adds a target, and returns the slot that it leaves again. */
  join(target: HeartbeatTarget): HeartbeatSlot {
    const slot = this.#slots[this.#current] as HeartbeatSlot;
    slot.add(target);
    return slot;
  }

  /** Stops for good. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #advance(): void {
    this.#current = (this.#current + 1) % this.#slots.length;
    for (const target of this.#slots[this.#current] as HeartbeatSlot) {
      target.beat();
    }
  }
}

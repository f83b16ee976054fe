/** How fast clients may send anything. */
export abstract class InputSettings {
  /** Messages and pings a second that one WebSocket may send for ever; ten times as many at once. */
  abstract readonly maxMessagesPerSecond: number;
  /** The same of all WebSockets of an account together. */
  abstract readonly maxMessagesPerSecondPerAccount: number;
  /** HTTP requests a second that one connection may send for ever; ten times as many at once. */
  abstract readonly maxRequestsPerSecond: number;
}

/** How many seconds' worth of messages or requests a client may send at once, and by how many it may exceed its budget. */
const burstSeconds = 10;

/**
 * A token bucket for the messages or requests of one client. A client that empties it is to be read slower. One that is beyond it by a
 * whole bucket, because its messages had been received already, is to be closed.
 */
export class InputBudget {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #refilledMs: number;

  constructor(perSecond: number, nowMs = performance.now()) {
    this.#perSecond = perSecond;
    this.#capacity = perSecond * burstSeconds;
    this.#tokens = this.#capacity;
    this.#refilledMs = nowMs;
  }

  /**
   * Takes one message from the budget. O(1).
   *
   * @returns how long to read nothing more from the client, in milliseconds: 0 within the budget, `Infinity` to close it
   */
  spend(nowMs = performance.now()): number {
    const refilled = ((nowMs - this.#refilledMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + refilled) - 1;
    this.#refilledMs = nowMs;
    if (this.#tokens >= 0) {
      return 0;
    }
    if (this.#tokens < -this.#capacity) {
      // Several clients may share a budget: it must not take longer to fill than one that is just empty.
      this.#tokens = -this.#capacity;
      return Infinity;
    }
    return (-this.#tokens / this.#perSecond) * 1_000;
  }
}

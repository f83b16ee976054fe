import type { Decision } from './decision.js';
import type { QueuedSize } from './queue-limit.js';

/** An input that waits for its decision, or behind one that does. */
export class QueueEntry<O> {
  readonly decision: Decision<O>;
  readonly size: QueuedSize;
  /** When the entry is dropped, by `performance.now()`. */
  readonly dueMs: number;
  /** How many attempts to decide have begun. */
  attempts = 0;
  settled: boolean;
  outcome: O | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(decision: Decision<O>, bytes: number, dueMs: number) {
    this.decision = decision;
    this.size = { isRetraction: decision.isRetraction === true, bytes };
    this.dueMs = dueMs;
    this.settled = 'now' in decision;
    this.outcome = 'now' in decision ? decision.now : undefined;
  }

  /** Calls `expire` when the entry is due, unless it is settled before. */
  expireAfter(milliseconds: number, expire: () => void): void {
    this.#deadline = setTimeout(expire, milliseconds);
  }

  /** Waits before the next attempt; ends early when the entry is settled. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Sets the outcome, `undefined` to emit nothing, and clears the timers. */
  settle(outcome: O | undefined): void {
    this.settled = true;
    this.outcome = outcome;
    clearTimeout(this.#deadline);
    this.#wake?.();
  }
}

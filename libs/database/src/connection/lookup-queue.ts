import { StoreUnavailable } from '@fedistream/audience';
import { withTimeout } from '@fedistream/util';
import pLimit, { type LimitFunction } from 'p-limit';

/** The share of the time for a look-up that must be left when its turn comes. */
const minShareLeft = 0.1;

/** When a look-up has to be answered. */
export interface Deadline {
  /** Milliseconds until then; at least 1. */
  leftMs(): number;
}

/** Bounds of a {@link LookupQueue}. */
export interface LookupBounds {
  /** How many look-ups run at a time. */
  readonly concurrency: number;
  /** How many may wait for their turn; more are rejected at once. */
  readonly maxWaiting: number;
  /** How long a look-up may take, from the call to the answer, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The one queue between events and the database. It runs a few look-ups at a time, in order. A look-up has one deadline
 * for waiting and answering together: it is discarded when its turn comes too late, because its caller has asked again by
 * then, and a database that has come back after an outage must answer fresh look-ups first. A look-up that gets no answer
 * gives its turn away at its deadline.
 */
export class LookupQueue {
  readonly #limit: LimitFunction;
  readonly #maxWaiting: number;
  readonly #timeoutMs: number;

  constructor({ concurrency, maxWaiting, timeoutMs }: LookupBounds) {
    this.#limit = pLimit(concurrency);
    this.#maxWaiting = maxWaiting;
    this.#timeoutMs = timeoutMs;
  }

  /** How many look-ups wait for their turn. */
  get waiting(): number {
    return this.#limit.pendingCount;
  }

  /**
   * Runs a look-up when its turn comes.
   *
   * @param work MUST pass the deadline on to its statements, which end with it
   * @param askedMs when the caller asked, by `performance.now()`; now unless given
   * @throws StoreUnavailable when too many wait, the turn comes too late, or there is no answer in time; what `work` throws
   */
  async run<T>(work: (deadline: Deadline) => Promise<T>, askedMs = performance.now()): Promise<T> {
    if (this.#limit.pendingCount >= this.#maxWaiting) {
      throw new StoreUnavailable(`${this.#maxWaiting} look-ups wait for a connection already`);
    }
    const leftMs = () => Math.max(1, askedMs + this.#timeoutMs - performance.now());
    return this.#limit(() => {
      if (leftMs() < this.#timeoutMs * minShareLeft) {
        throw new StoreUnavailable(`a look-up waited for a connection for too long (${this.#timeoutMs} ms in all)`);
      }
      const late = () => new StoreUnavailable(`no answer from PostgreSQL within ${this.#timeoutMs} ms`);
      return withTimeout(leftMs(), work({ leftMs }), late);
    });
  }
}

import { StoreUnavailable } from '@fedistream/audience';
import { withTimeout } from '@fedistream/util';
import pLimit, { type LimitFunction } from 'p-limit';

/** The share of its time limit that a look-up must have left when its turn comes. */
const minShareLeft = 0.1;

/** The time by which a look-up must be answered. */
export interface Deadline {
  /** The remaining milliseconds; at least 1. */
  leftMs(): number;
}

/** Bounds of a {@link LookupQueue}. */
export interface LookupBounds {
  /** How many look-ups run at a time. */
  readonly concurrency: number;
  /** How many look-ups may wait for their turn; further ones are rejected at once. */
  readonly maxWaiting: number;
  /** How long a look-up may take, from the call to the answer, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * The queue between events and the database. It runs a few look-ups at a time, in order. A look-up has one deadline for
 * waiting and answering together. If its turn comes too late, it is discarded: its caller will retry, and after an outage
 * the database must answer new look-ups first. At its deadline an unanswered look-up frees its place.
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
   * @param startMs the time from which the deadline counts, by `performance.now()`; now by default
   * @throws StoreUnavailable when too many look-ups wait, the turn comes too late, or the answer is late; what `work` throws
   */
  async run<T>(work: (deadline: Deadline) => Promise<T>, startMs = performance.now()): Promise<T> {
    if (this.#limit.pendingCount >= this.#maxWaiting) {
      throw new StoreUnavailable(`refused a look-up: ${this.#maxWaiting} others already wait for a connection`);
    }
    const leftMs = () => Math.max(1, startMs + this.#timeoutMs - performance.now());
    return this.#limit(() => {
      if (leftMs() < this.#timeoutMs * minShareLeft) {
        throw new StoreUnavailable(
          `discarded a look-up: it waited for a connection for most of its ${this.#timeoutMs} ms`,
        );
      }
      const late = () => new StoreUnavailable(`no answer from PostgreSQL within ${this.#timeoutMs} ms`);
      return withTimeout(leftMs(), work({ leftMs }), late);
    });
  }
}

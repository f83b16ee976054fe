import { Fifo } from './fifo.js';

/** How fast a {@link PacedQueue} handles its items. */
export interface Pace {
  /** The most items of one turn of the event loop. */
  readonly maxPerTurn: number;
  /** How long a turn may take, in milliseconds, before fewer items are handled in the next one. */
  readonly targetTurnMs: number;
}

/** Also on a busy event loop the queue advances. */
const minPerTurn = 2;
/** So does it behind a turn that took very long. */
const maxPauseMs = 1_000;

/**
 * Handles items in the order in which they were added, at the pace that the event loop bears: additive increase and
 * multiplicative decrease. After a turn that took too long, it handles half as many items and pauses for as long as the turn
 * took: whatever makes the event loop busy, at least half of the time belongs to other work. The first items are handled
 * at once.
 */
export class PacedQueue<T> {
  readonly #handle: (item: T) => void;
  readonly #pace: Pace;
  readonly #waiting = new Fifo<T>();
  #perTurn: number;
  #handledThisTurn = 0;
  #turnStartMs = 0;
  #scheduled = false;

  /** @param handle MUST NOT throw */
  constructor(pace: Pace, handle: (item: T) => void) {
    this.#pace = pace;
    this.#handle = handle;
    this.#perTurn = pace.maxPerTurn;
  }

  /** How many items wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Adds an item behind those that wait. */
  add(item: T): void {
    this.#waiting.add(item);
    this.#run();
  }

  #run(): void {
    if (!this.#scheduled && this.size > 0) {
      this.#turnStartMs = performance.now();
    }
    while (this.#handledThisTurn < this.#perTurn && this.size > 0) {
      const item = this.#waiting.take() as T;
      // Counted first: the handler may add items.
      this.#handledThisTurn += 1;
      this.#handle(item);
    }
    if (this.#handledThisTurn > 0 && !this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#endTurn();
      });
    }
  }

  #endTurn(): void {
    const tookMs = performance.now() - this.#turnStartMs;
    if (tookMs <= this.#pace.targetTurnMs) {
      this.#perTurn = Math.min(this.#perTurn + 1, this.#pace.maxPerTurn);
      this.#nextTurn();
      return;
    }
    this.#perTurn = Math.max(minPerTurn, Math.floor(this.#perTurn / 2));
    setTimeout(
      () => {
        this.#nextTurn();
      },
      Math.min(tookMs, maxPauseMs),
    );
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#handledThisTurn = 0;
    this.#run();
  }
}

import { Fifo } from './fifo.js';

/**
 * Handles items in the order in which they were added, at most `perTurn` of them in one turn of the event loop. The first
 * ones are handled at once. Work for thousands of items then never holds the event loop for long.
 */
export class TurnQueue<T> {
  readonly #perTurn: number;
  readonly #handle: (item: T) => void;
  readonly #waiting = new Fifo<T>();
  #handledThisTurn = 0;
  #turnScheduled = false;
  readonly #onIdle: (() => void)[] = [];

  /** @param handle MUST NOT throw */
  constructor(perTurn: number, handle: (item: T) => void) {
    this.#perTurn = perTurn;
    this.#handle = handle;
  }

  /** How many items wait for a later turn. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Settles when no item waits. */
  idle(): Promise<void> {
    return this.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#onIdle.push(resolve);
        });
  }

  /** Adds items behind those that wait. */
  add(items: Iterable<T>): void {
    for (const item of items) {
      this.#waiting.add(item);
    }
    this.#run();
  }

  #run(): void {
    while (this.#handledThisTurn < this.#perTurn && this.size > 0) {
      const item = this.#waiting.take() as T;
      // Counted first: the handler may add items.
      this.#handledThisTurn += 1;
      this.#handle(item);
    }
    if (this.size === 0) {
      this.#onIdle.splice(0).forEach((resolve) => {
        resolve();
      });
    }
    if (this.#handledThisTurn > 0 && !this.#turnScheduled) {
      this.#turnScheduled = true;
      setImmediate(() => {
        this.#turnScheduled = false;
        this.#handledThisTurn = 0;
        this.#run();
      });
    }
  }
}

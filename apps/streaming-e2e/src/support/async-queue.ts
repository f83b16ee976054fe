import { defaultTimeoutMs } from './until.js';

/** A queue whose consumer waits for the next item. It keeps all items. */
export class AsyncQueue<Item> {
  readonly #all: Item[] = [];
  #taken = 0;
  #ending: string | undefined;
  #wake: (() => void) | undefined;

  /** All that has arrived, taken or not. */
  get all(): readonly Item[] {
    return this.#all;
  }

  /** What arrived. */
  add(item: Item): void {
    this.#all.push(item);
    this.#wake?.();
  }

  /** No more items will arrive. The waiting consumer fails with this reason. */
  end(why: string): void {
    this.#ending ??= why;
    this.#wake?.();
  }

  /** Takes the oldest item that has not been taken, as soon as there is one. One caller at a time. */
  async next(withinMs: number = defaultTimeoutMs): Promise<Item> {
    const deadline = Date.now() + withinMs;
    while (this.#taken === this.#all.length) {
      if (this.#ending !== undefined) {
        throw new Error(`Nothing more will arrive: ${this.#ending}`);
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new Error(`Nothing arrived within ${withinMs} ms`);
      }
      await this.#somethingWithin(left);
    }
    return this.#all[this.#taken++] as Item;
  }

  #somethingWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

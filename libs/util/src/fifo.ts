/** A queue of items, first in, first out. Taking the first one takes constant time, whatever the length, unlike `Array.shift`. */
export class Fifo<T> {
  #items: T[] = [];
  /** How many of {@link #items} have been taken. */
  #taken = 0;

  /** How many items it holds. */
  get size(): number {
    return this.#items.length - this.#taken;
  }

  /** The item that {@link take} takes next; `undefined` when there is none. */
  get first(): T | undefined {
    return this.#items[this.#taken];
  }

  /** Adds an item after all others. */
  add(item: T): void {
    this.#items.push(item);
  }

  /** Takes the first item out; `undefined` when there is none. */
  take(): T | undefined {
    if (this.size === 0) {
      return undefined;
    }
    const item = this.#items[this.#taken++];
    if (this.size === 0) {
      this.#items = [];
      this.#taken = 0;
    }
    return item;
  }
}

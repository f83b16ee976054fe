/**
 * A map with several values for a key, for the case that nearly all keys have one: that one is kept as it is, and only
 * the second brings a Set with it. A value is held once for each key; values are not Sets themselves.
 */
export class CompactMultimap<K, V extends object> {
  readonly #entries = new Map<K, V | Set<V>>();

  add(key: K, value: V): void {
    const held = this.#entries.get(key);
    if (held === undefined) {
      this.#entries.set(key, value);
    } else if (held instanceof Set) {
      held.add(value);
    } else if (held !== value) {
      this.#entries.set(key, new Set([held, value]));
    }
  }

  /** @returns whether it was there */
  delete(key: K, value: V): boolean {
    const held = this.#entries.get(key);
    if (held === value) {
      return this.#entries.delete(key);
    }
    if (!(held instanceof Set) || !held.delete(value)) {
      return false;
    }
    const [last] = held.size === 1 ? held : [];
    if (last) {
      this.#entries.set(key, last);
    }
    return true;
  }

  /** A copy of what the key has, so that values may come and go meanwhile. */
  get(key: K): V[] {
    const held = this.#entries.get(key);
    return held === undefined ? [] : held instanceof Set ? [...held] : [held];
  }

  /** A copy of the keys that have values. */
  keys(): K[] {
    return [...this.#entries.keys()];
  }
}

/**
 * A map from a key to a set of values, for maps where nearly all keys have one value. A single value is stored without a
 * `Set`, which is created for the second one. Values MUST NOT be `Set`s themselves. All operations take constant time,
 * except {@link get} and {@link keys}, which copy.
 */
export class CompactMultimap<K, V extends object> {
  readonly #entries = new Map<K, V | Set<V>>();

  /** Adds a value to the key's set. */
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

  /** Removes a value from the key's set. Returns whether the set had it. */
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

  /** How many values the key has. */
  count(key: K): number {
    const held = this.#entries.get(key);
    return held === undefined ? 0 : held instanceof Set ? held.size : 1;
  }

  /** A copy of the key's values: callers may add and delete while they iterate. */
  get(key: K): V[] {
    const held = this.#entries.get(key);
    return held === undefined ? [] : held instanceof Set ? [...held] : [held];
  }

  /** A copy of the keys that have values. */
  keys(): K[] {
    return [...this.#entries.keys()];
  }
}

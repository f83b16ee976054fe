/** The numbers from 0 up to but not including `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The item with this index; from the beginning again when there are fewer. */
export function inTurn<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new RangeError('There is nothing to take in turn.');
  }
  return item;
}

/** The numbers from 0 up to but not including `count`. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The item with this index, modulo their number. */
export function roundRobin<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new RangeError('An empty array has no items to take round robin.');
  }
  return item;
}

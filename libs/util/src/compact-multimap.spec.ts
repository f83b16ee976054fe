import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactMultimap } from './compact-multimap.js';

describe('CompactMultimap', () => {
  it('behaves as a Map of Sets', () => {
    const values = Array.from({ length: 4 }, (_, id) => ({ id }));
    const keys = ['a', 'b', 'c'];
    const change = fc.record({
      add: fc.boolean(),
      key: fc.constantFrom(...keys),
      value: fc.constantFrom(...values),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const multimap = new CompactMultimap<string, { id: number }>();
        const model = new Map<string, Set<{ id: number }>>(keys.map((key) => [key, new Set()]));
        for (const { add, key, value } of changes) {
          if (add) {
            multimap.add(key, value);
            model.get(key)!.add(value);
          } else {
            expect(multimap.delete(key, value)).toBe(model.get(key)!.delete(value));
          }
          for (const [name, held] of model) {
            expect(new Set(multimap.get(name))).toEqual(held);
            expect(multimap.get(name)).toHaveLength(held.size);
            expect(multimap.count(name)).toBe(held.size);
          }
          const inUse = [...model].filter(([, held]) => held.size > 0).map(([name]) => name);
          expect(multimap.keys().sort()).toEqual(inUse);
        }
      }),
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.js';
import { closingBraces, hasDuplicateKeys } from './json-text.js';

const object = fc.dictionary(fc.string(), fc.jsonValue());
const spaced = fc.record({ value: object, indent: fc.constantFrom(0, 1, '\t') });

describe('hasDuplicateKeys', () => {
  it('finds none in the output of JSON.stringify, with any indentation', () => {
    fc.assert(
      fc.property(spaced, ({ value, indent }) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(hasDuplicateKeys(text, JSON.parse(text) as JsonObject)).toBe(false);
      }),
    );
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"b":{"a":1 , "a" : {}}}',
    '{"b":[{"a":[{"c":1,"c":1}]}]}',
    '{"a\\"":1,"x":":","a\\"":2}',
  ])('finds a key that stands twice in one object: %s', (text) => {
    expect(hasDuplicateKeys(text, JSON.parse(text) as JsonObject)).toBe(true);
  });

  it.each(['{"a":"\\"a\\":1"}', '{"a":{"a":{"a":1}},"b":["a","a"]}', '{"a":"x\\\\","b":"\\\\\\"c\\":"}'])(
    'ignores keys in strings and equal keys of different objects: %s',
    (text) => {
      expect(hasDuplicateKeys(text, JSON.parse(text) as JsonObject)).toBe(false);
    },
  );
});

describe('closingBraces', () => {
  it('finds the closing brace of the object at each path, where a member can be inserted', () => {
    fc.assert(
      fc.property(object, object, spaced, (inner, deep, { value, indent }) => {
        const tree = { ...value, quote: { ...inner, state: '}"{', quoted_status: { ...deep, id: 1 } }, last: [{}] };
        const text = JSON.stringify(tree, undefined, indent);
        const paths = [[], ['quote', 'quoted_status'], ['quote'], ['none']];
        const [end = 0, statusEnd = 0, quoteEnd = 0, none] = closingBraces(text, paths);
        expect(none).toBe(-1);
        const insert = (before: string, offset: number) => `${before.slice(0, offset)},"new":1${before.slice(offset)}`;
        const changed = insert(insert(insert(text, end), quoteEnd), statusEnd);
        const { quote } = tree;
        const expected = {
          ...tree,
          quote: { ...quote, quoted_status: { ...quote.quoted_status, new: 1 }, new: 1 },
          new: 1,
        };
        expect(JSON.parse(changed)).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });
});

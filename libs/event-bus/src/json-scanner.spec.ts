import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonScanner } from './json-scanner.js';

const scanner = new JsonScanner(127);

/** The offset at which the scanner finds the end of the object or array at the beginning of a text. */
const end = (text: string): number => scanner.endOfContainer(Buffer.from(text), 0);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('JsonScanner', () => {
  it.each([
    '{}',
    '[]',
    '{"a":{}}',
    '[[],{},[{}]]',
    '[0,-0,1.5,-10.25e-3,1E+9]',
    '[true,false,null,""]',
    '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9","b":["}]"],"c":1}',
  ])('finds the end of %s', (text) => {
    expect(end(text)).toBe(text.length);
    expect(end(`${text},"more":1`)).toBe(text.length);
  });

  it.each([
    ...['{', '[', '[1', '["', '["\\', '["\\u00e', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[1,'],
    ...['[1,]', '{"a":1,}', '{,}', '[,]', '[}', '{]', '{"a":1]', '[1}', '{"a"1}', '{a:1}', '{1:1}', '[1 2]'],
    ...['[01]', '[1.]', '[.5]', '[-]', '[+1]', '[1e]', '[1e+]', '[--1]', '[0x1]', '[Infinity]', '[NaN]'],
    ...['[tru]', '[nul]', '[True]', '["\\x"]', '["\\u12G4"]', '["\u0001"]', '["\n"]', "['a']"],
    ...['[1, 2]', '{"a": 1}', '[\n1]', ' []'],
  ])('refuses %j, which is invalid or not compact', (text) => {
    expect(end(text)).toBeLessThan(0);
  });

  it('refuses a text that nests deeper than its bound, without recursion', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(end(nested(127))).toBe(254);
    expect(end(nested(128))).toBeLessThan(0);
    expect(end('[{"a":'.repeat(1_000_000))).toBeLessThan(0);
  });

  it('accepts the output of JSON.stringify for any value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        const text = JSON.stringify(value);
        expect(end(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('refuses every text that JSON.parse refuses, with any part overwritten, inserted or removed', () => {
    const valid = JSON.stringify({ id: '1', a: ['"', {}, [], -1.5e3, true, null], 'é\\': { b: '\u0007\n' } });
    const token = fc.constantFrom(...Array.from('{}[]",:\\/0123456789-+.eEtrufalsn \n\t'), '\\u', '""', '[]', '{}');
    const junk = fc.oneof(
      fc.array(token, { maxLength: 4 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: valid.length }), fc.nat(4), junk, (at, length, inserted) => {
        const text = valid.slice(0, at) + inserted + valid.slice(at + length);
        const position = end(text);
        if (position >= 0) {
          expect(isJson(Buffer.from(text).toString('utf8', 0, position))).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

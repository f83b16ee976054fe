import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashtag, list, oneOf, optional, param, recordId, text } from './param.js';
import { ignoredParams, labelOf, rawOf, readParams } from './read-params.js';

const tags = {
  any: optional(list(hashtag(), { max: 3 })),
  all: optional(list(hashtag(), { max: 3 })),
  none: optional(list(hashtag(), { max: 3 })),
};

describe('a parameter that takes several values', () => {
  it.each([
    ['repeated', { any: ['Foo', 'bar'] }],
    ['with brackets', { 'any[]': ['Foo', 'bar'] }],
    ['both', { any: 'Foo', 'any[]': 'bar' }],
  ])('reads them the same, %s', (_, raw) => {
    expect(readParams(tags, raw)).toEqual({ any: ['foo', 'bar'] });
    expect(labelOf('hashtags', tags, raw)).toEqual(['hashtags', 'any=Foo', 'any=bar']);
  });

  it('reads a single one as a list, and a value that comes twice once', () => {
    expect(readParams(tags, { any: 'a' })).toEqual({ any: ['a'] });
    expect(readParams(tags, { any: ['a', 'a'] })).toEqual({ any: ['a'] });
  });

  it('refuses more than it may have', () => {
    expect(() => readParams(tags, { any: ['a', 'b', 'c', 'd'] })).toThrow(
      'Too many values of the any parameter, at most 3',
    );
  });

  it('is missing when no value means anything', () => {
    expect(() => readParams({ any: list(hashtag(), { max: 3 }) }, { any: ['!', ''] })).toThrow(
      'Missing any name parameter',
    );
    expect(readParams(tags, { any: ['!'] })).toEqual({});
  });
});

describe('a parameter that may be absent', () => {
  const params = { id: optional(recordId()), any: tags.any };

  it.each([{ id: 110_000_000_000_000_001 }, { id: 1.5 }, { id: true }, { id: {} }, { id: [['1']] }])(
    'is not taken for absent when its value is no text, %j: the client would receive what it has not asked for',
    (raw) => {
      expect(() => readParams(params, raw)).toThrow('Invalid id parameter');
      expect(() => labelOf('x', params, raw)).toThrow('Invalid id parameter');
    },
  );

  it.each([{}, { id: null }, { id: '' }, { id: undefined, any: [] }, { 'any[]': [''] }])('is absent in %j', (raw) => {
    expect(readParams(params, raw)).toEqual({});
  });

  it('is not taken for absent when it is a list of such values', () => {
    expect(() => readParams(params, { any: [{ a: 1 }] })).toThrow('Invalid any parameter');
  });
});

describe('a parameter that takes one value', () => {
  it('takes the first, also with brackets', () => {
    expect(readParams({ q: text() }, { q: ['a', 'b'] })).toEqual({ q: 'a' });
    expect(readParams({ q: text() }, { 'q[]': 'a' })).toEqual({ q: 'a' });
  });

  it('refuses what a parser makes asynchronously, and ignores its rejection', () => {
    const late = param({ parse: () => Promise.reject(new Error('late')), example: 'x' });
    expect(() => readParams({ late }, { late: 'x' })).toThrow(
      'parse of the parameter "late" must return a value, not a promise',
    );
  });

  it.each(['x'.repeat(1_001), 'a\0b'])('refuses %j', (q) => {
    expect(() => readParams({ q: text() }, { q })).toThrow('Invalid q parameter');
  });
});

describe('a label', () => {
  const values = { tag: hashtag(), kind: optional(oneOf('text', 'poll')) };

  it.each([
    ['no parameters', {}, {}],
    ['one', { tag: hashtag() }, { tag: 'CAFÉ' }],
    ['an optional one that is absent', values, { tag: 'a' }],
    ['an optional one', values, { tag: 'a', kind: 'poll' }],
    ['a list before another', { any: list(text(), { max: 3 }), q: text() }, { any: ['a', 'b'], q: 'c' }],
    ['several lists', tags, { any: ['a=1', 'b'], none: 'c' }],
  ])('tells the parameters that it was made from: %s', (_, declared, raw) => {
    const label = labelOf('x', declared, raw);
    expect(labelOf('x', declared, rawOf(label, declared))).toEqual(label);
    expect(readParams(declared, rawOf(label, declared))).toEqual(readParams(declared, raw));
  });

  it('has the values alone while they can be told apart, as Mastodon’s labels have', () => {
    expect(labelOf('hashtag', { tag: hashtag() }, { tag: 'CAFÉ' })).toEqual(['hashtag', 'CAFÉ']);
    expect(labelOf('x', values, { tag: 'a', kind: 'poll' })).toEqual(['x', 'a', 'poll']);
    expect(labelOf('x', values, { tag: 'a' })).toEqual(['x', 'a']);
  });

  it('names the parameters as soon as more than one may be absent', () => {
    expect(labelOf('hashtags', tags, { any: 'a', all: 'x' })).toEqual(['hashtags', 'any=a', 'all=x']);
    expect(labelOf('hashtags', tags, { any: 'a', none: 'x' })).toEqual(['hashtags', 'any=a', 'none=x']);
  });

  it('does not exist without a required parameter', () => {
    expect(() => labelOf('hashtag', { tag: hashtag() }, {})).toThrow('Missing tag name parameter');
  });

  it('is the same for two requests only if they ask for the same', () => {
    const written = fc.constantFrom('a', 'b', 'any=a', 'all=a', 'q=a', '=', 'a=b');
    const request = fc.record(
      { q: written, any: fc.array(written, { maxLength: 2 }), all: written, one: written },
      { requiredKeys: ['q'] },
    );
    const free = (max?: number) => (max === undefined ? optional(text()) : optional(list(text(), { max })));
    const forms = [
      { q: text(), any: free(3), all: free() },
      { any: free(3), q: text(), all: free() },
      { q: text(), one: free() },
      { one: free(), q: text() },
      { q: text(), any: list(text(), { max: 3 }) },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...forms), request, request, (form, left, right) => {
        const read = (raw: Readonly<Record<string, string | string[]>>) =>
          JSON.stringify(Object.keys(form).map((name) => [...new Set([raw[name] ?? []].flat())]));
        const missing = ({ any = [] }: typeof left) => form.any?.optional === false && any.length === 0;
        fc.pre(!missing(left) && !missing(right));
        const same = JSON.stringify(labelOf('x', form, left)) === JSON.stringify(labelOf('x', form, right));
        expect(same).toBe(read(left) === read(right));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what of a request is ignored', () => {
  it('are unknown parameters, and values behind the first', () => {
    expect(ignoredParams({ q: text() }, ['type'], { q: 'a', knd: 'x', type: 'subscribe' })).toEqual(['knd']);
    expect(ignoredParams({ q: text() }, [], { q: ['a', 'b'] })).toEqual(['q']);
    expect(ignoredParams(tags, [], { 'any[]': ['a', 'b'] })).toEqual([]);
    expect(ignoredParams({}, [], { constructor: 'x' })).toEqual(['constructor']);
  });
});

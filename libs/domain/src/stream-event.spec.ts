import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { StreamEvent } from './stream-event.js';

describe('StreamEvent', () => {
  it.each<[string, (text: string) => Buffer | string]>([
    ['bytes', (text) => Buffer.from(text)],
    ['text', (text) => text],
  ])('keeps a payload that is received as %s unchanged', (_, as) => {
    const text = '{"b":9007199254740993001,"1":"\\ud800","ü":1.50}';
    const event = StreamEvent.received('update', as(text));
    expect(event.text).toBe(text);
    expect(event.payload).toEqual(JSON.parse(text));
  });

  it('parses a received payload on first use, and once', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const event = StreamEvent.received('update', Buffer.from('{"id":"1"}'));
    expect(event.text).toBe('{"id":"1"}');
    expect(parse).not.toHaveBeenCalled();
    expect(event.payload).toBe(event.payload);
    expect(parse).toHaveBeenCalledOnce();
    parse.mockRestore();
  });

  it('freezes the parsed payload deeply, so that no viewer can change the event of another', () => {
    const event = StreamEvent.of('update', { account: { tags: [{ name: 'a' }] } });
    const payload = event.payload as { account: { tags: { name: string }[] } };
    expect(() => {
      payload.account.tags[0]!.name = 'b';
    }).toThrow(TypeError);
    expect(() => payload.account.tags.push({ name: 'c' })).toThrow(TypeError);
  });

  it('does not freeze the object that it was created from', () => {
    const own = { list: [1] };
    expect(StreamEvent.of('update', own).payload).toEqual(own);
    own.list.push(2);
    expect(own.list).toEqual([1, 2]);
  });

  it.each([null, false, 0, ''])('keeps %j as payload', (payload) => {
    expect(StreamEvent.of('e', payload).payload).toBe(payload);
  });

  it('parses an object that was published as a string, and leaves ids strings', () => {
    expect(StreamEvent.of('update', '{"id":"1"}').payload).toEqual({ id: '1' });
    expect(StreamEvent.of('delete', '9007199254740993001').payload).toBe('9007199254740993001');
    expect(StreamEvent.of('update', '{broken').payload).toBe('{broken');
  });

  it('adds a member after all others, for any payload', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        delete payload['filtered'];
        const event = StreamEvent.of('update', payload).withMember('filtered', '[]');
        expect(JSON.parse(event.text ?? '')).toEqual({ ...JSON.parse(JSON.stringify(payload)), filtered: [] });
        expect(event.payload).toEqual(JSON.parse(event.text ?? ''));
      }),
    );
  });

  it('joins the text of a variant from its two parts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.jsonValue(), (payload, value) => {
        const event = StreamEvent.of('update', payload);
        for (const variant of [value, [value]].map((one) => event.withMember('a', JSON.stringify(one)))) {
          expect(variant.parts?.base).toBe(event);
          expect(`${event.openText}${variant.parts?.own}`).toBe(variant.text);
        }
      }),
    );
  });

  it('adds a member without changing the rest', () => {
    const text = '{"id":9007199254740993001,"1":"x" }';
    expect(StreamEvent.received('update', Buffer.from(text)).withMember('filtered', '[]').text).toBe(
      '{"id":9007199254740993001,"1":"x","filtered":[]}',
    );
  });

  it('derives a value once per event and function', () => {
    const event = StreamEvent.of('update', 'x');
    const functions = ['a', 'b', 'c'].map((suffix) => vi.fn(({ name }: StreamEvent) => `${name} ${suffix}`));
    for (let round = 0; round < 2; round++) {
      expect(functions.map((make) => event.derived(make))).toEqual(['update a', 'update b', 'update c']);
    }
    functions.forEach((make) => {
      expect(make).toHaveBeenCalledOnce();
    });
  });

  it('inserts texts at several offsets without changing the rest', () => {
    const event = StreamEvent.of('update', '{"id":9007199254740993001,"quote":{"a":1},"b":2}');
    const [quoteEnd, end] = [event.text!.indexOf('}'), event.text!.lastIndexOf('}')];
    const copies = ['[]', '[1]'].map((json) =>
      event.withInsertions([quoteEnd, end].map((offset) => ({ offset, text: `,"filtered":${json}` }))),
    );
    expect(copies.map(({ text }) => text)).toEqual([
      '{"id":9007199254740993001,"quote":{"a":1,"filtered":[]},"b":2,"filtered":[]}',
      '{"id":9007199254740993001,"quote":{"a":1,"filtered":[1]},"b":2,"filtered":[1]}',
    ]);
    expect(copies[0]?.payload).toMatchObject({ quote: { a: 1, filtered: [] }, filtered: [] });
  });

  it('refuses a name that would forge a line of an event stream', () => {
    expect(() => StreamEvent.of('update\ndata: x')).toThrow(TypeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamEvent } from './stream-event.js';

describe('StreamEvent', () => {
  it('keeps the text of the payload as it arrived', () => {
    const text = '{"b":9007199254740993001,"1":"\\ud800","a":1.50}';
    const event = StreamEvent.received('update', text, JSON.parse(text));
    expect(event.text).toBe(text);
    expect(JSON.parse(event.literal ?? '')).toBe(text);
  });

  it('is frozen to the bottom, so that no viewer can change what another receives', () => {
    const event = StreamEvent.of('update', { account: { tags: [{ name: 'a' }] } });
    const payload = event.payload as { account: { tags: { name: string }[] } };
    expect(() => {
      payload.account.tags[0]!.name = 'b';
    }).toThrow(TypeError);
    expect(() => payload.account.tags.push({ name: 'c' })).toThrow(TypeError);
  });

  it('does not freeze what it was made from', () => {
    const own = { list: [1] };
    expect(StreamEvent.of('update', own).payload).toEqual(own);
    own.list.push(2);
    expect(own.list).toEqual([1, 2]);
  });

  it('parses an object that was published as a string, and leaves ids strings', () => {
    expect(StreamEvent.of('update', '{"id":"1"}').payload).toEqual({ id: '1' });
    expect(StreamEvent.of('delete', '9007199254740993001').payload).toBe('9007199254740993001');
    expect(StreamEvent.of('update', '{broken').payload).toBe('{broken');
  });

  it('adds a member behind all others, whatever the payload', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        delete payload['filtered'];
        const event = StreamEvent.of('update', payload).withMember('filtered', '[]');
        expect(JSON.parse(event.text ?? '')).toEqual({ ...JSON.parse(JSON.stringify(payload)), filtered: [] });
        expect(event.payload).toEqual(JSON.parse(event.text ?? ''));
      }),
    );
  });

  it('shares what variants have in common, and the parts of each make up its own text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.jsonValue(), (payload, value) => {
        const event = StreamEvent.of('update', payload);
        const variants = [value, [value]].map((one) => event.withMember('a', JSON.stringify(one)));
        for (const { parts, text } of variants) {
          expect(`${parts?.common.text}${parts?.own}`).toBe(text);
        }
        expect(variants[0]?.parts?.common).toBe(variants[1]?.parts?.common);
      }),
    );
  });

  it('adds a member without touching the rest', () => {
    const text = '{"id":9007199254740993001,"1":"x" }';
    expect(StreamEvent.received('update', text, {}).withMember('filtered', '[]').text).toBe(
      '{"id":9007199254740993001,"1":"x","filtered":[]}',
    );
  });

  it('refuses a name that would forge a line of an event stream', () => {
    expect(() => StreamEvent.of('update\ndata: x')).toThrow(TypeError);
  });
});

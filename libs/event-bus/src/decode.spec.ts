import { StreamEvent } from '@fedistream/domain';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decode } from './decode.js';
import { deepestNesting } from './find-member.js';
import { MalformedMessage } from './malformed-message.js';

/** The event of a valid message. */
function event(text: string): StreamEvent {
  const decoded = decode(Buffer.from(text));
  if (decoded instanceof MalformedMessage) {
    throw new Error(`malformed: ${decoded.reason}`);
  }
  return decoded;
}

function payloadText(text: string): string | undefined {
  return event(text).text;
}

function reason(text: string): string {
  const decoded = decode(Buffer.from(text));
  return decoded instanceof MalformedMessage ? decoded.reason : `an event named ${decoded.name}`;
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

describe('decode accepts', () => {
  it('an event with an object as payload', () => {
    const { name, text, payload } = event('{"event":"update","payload":{"id":"1"}}');
    expect({ name, text, payload }).toEqual({ name: 'update', text: '{"id":"1"}', payload: { id: '1' } });
  });

  it.each([
    ['the members in any order', '{"payload":{"a":1},"event":"update"}', '{"a":1}'],
    [
      'members that older publishers add',
      '{"queued_at":1662,"event":"e","x":{"payload":2},"payload":[1],"y":[{}]}',
      '[1]',
    ],
    ['an object encoded as a string', '{"event":"update","payload":"{\\"id\\":\\"1\\"}"}', '{"id":"1"}'],
    ['a bare id', '{"event":"delete","payload":"107214471804101576"}', '107214471804101576'],
    ['an empty string', '{"event":"e","payload":""}', ''],
    ['a number beyond 2^53', '{"event":"delete","payload":107214471804101576}', '107214471804101576'],
    ['a boolean', '{"event":"e","payload":false}', 'false'],
    ['zero', '{"event":"e","payload":0}', '0'],
    ['no payload', '{"event":"filters_changed"}', undefined],
    ['a null payload', '{"event":"filters_changed","payload":null}', undefined],
    ['blanks everywhere', ' \t{ "event" : "e" , "payload" : { "a" : 1 } } ', '{ "a" : 1 }'],
    [
      'brackets and escaped quotes in strings',
      '{"event":"e","payload":{"a":"]}\\\\\\"{[,:"}}',
      '{"a":"]}\\\\\\"{[,:"}',
    ],
    ['member names with escapes', '{"\\u0065vent":"e","p\\u0061yload":{"a":1}}', '{"a":1}'],
    ['member names twice: the last counts', '{"event":"e","payload":{"a":1},"payload":{"b":2}}', '{"b":2}'],
    ['the same name, once with escapes', '{"event":"e","payload":{"a":1},"payloa\\u0064":{"b":2}}', '{"b":2}'],
    [
      'names and values that look like members',
      '{"event":"payload","x":"payload","payload":{"payload":1}}',
      '{"payload":1}',
    ],
    [
      'a member called __proto__',
      '{"__proto__":{"event":"x"},"event":"e","payload":{"__proto__":1}}',
      '{"__proto__":1}',
    ],
  ])('%s', (_, text, expected) => {
    expect(payloadText(text)).toBe(expected);
  });

  it('an event that a NestJS client has wrapped', () => {
    const wrapped = event('{"pattern":"timeline:public","data":{"event":"delete","payload":"1"}}');
    expect([wrapped.name, wrapped.text]).toEqual(['delete', '1']);
    expect(payloadText('{"data":{"payload": {"b":1,"a":12345678901234567890} ,"event":"e"},"pattern":"p"}')).toBe(
      '{"b":1,"a":12345678901234567890}',
    );
  });

  it('an event with members "pattern" and "data"', () => {
    expect(payloadText('{"pattern":"p","data":{"event":"x","payload":1},"event":"e","payload":2}')).toBe('2');
  });

  it('integer keys and integers beyond 2^53 without moving or rounding them', () => {
    const payload = '{"b":9007199254740993001,"2":0.10,"1":1E+2,"a":-0}';
    expect(payloadText(`{"event":"e","payload":${payload}}`)).toBe(payload);
  });

  it('escapes as they were written, lone surrogates among them', () => {
    const payload = '{"a":"\\ud83e\\udda3 \\ud800 \\/ \\u00e9 \u2028"}';
    expect(payloadText(`{"event":"e","payload":${payload}}`)).toBe(payload);
  });

  it('line breaks between tokens, and replaces them by blanks, so that an event stream needs one line', () => {
    expect(payloadText('{"event":"e","payload":{\r\n  "a": [\n1,\r2],\t"b": "\\n"\n}\n}')).toBe(
      '{    "a": [ 1, 2],\t"b": "\\n" }',
    );
  });

  it(`nesting of ${deepestNesting} levels`, () => {
    expect(payloadText(`{"event":"e","payload":${nested(deepestNesting - 1)}}`)).toBe(nested(deepestNesting - 1));
  });
});

describe('decode rejects', () => {
  it.each([
    ['', 'notJson'],
    ['garbage', 'notJson'],
    ['{"event":"e"', 'notJson'],
    ['{"event":"e","payload":{"a":1}}}', 'notJson'],
    ['{"event":"e","payload":"unfinished', 'notJson'],
    ["{'event':'e'}", 'notJson'],
    ['null', 'notAnObject'],
    ['[{"event":"e"}]', 'notAnObject'],
    ['"event"', 'notAnObject'],
    ['1', 'notAnObject'],
    ['{}', 'noEvent'],
    ['{"event":null,"payload":1}', 'noEvent'],
    ['{"payload":{"event":"e"}}', 'noEvent'],
    ['{"pattern":"p","data":{"payload":1}}', 'noEvent'],
    ['{"pattern":"p","data":null}', 'noEvent'],
    ['{"data":{"event":"e"}}', 'noEvent'],
    ['{"event":""}', 'badEventName'],
    ['{"event":1}', 'badEventName'],
    ['{"event":["update"]}', 'badEventName'],
    ['{"event":"e","event":7}', 'badEventName'],
    ['{"event":"update\\ndata: forged\\n\\n"}', 'badEventName'],
    ['{"event":"a\\rb"}', 'badEventName'],
    ['{"event":"a\\u0000"}', 'badEventName'],
    ['{"event":"a\\u2028"}', 'badEventName'],
  ])('%s: %s', (text, expected) => {
    expect(reason(text)).toBe(expected);
  });

  it('a message that is nested too deep in any member, before parsing it', () => {
    const deep = nested(deepestNesting);
    expect(reason(`{"event":"e","payload":${deep}}`)).toBe('tooDeep');
    expect(reason(`{"event":"e","payload":1,"x":${deep}}`)).toBe('tooDeep');
    expect(reason(`{"event":"e","payload":${'{"a":'.repeat(1_000_000)}`)).toBe('tooDeep');
    expect(reason('['.repeat(1_000_000))).toBe('tooDeep');
  });

  it('a string payload that is JSON nested too deep', () => {
    const bottomless = JSON.stringify(` ${nested(100_000)}`);
    expect(reason(`{"event":"e","payload":${bottomless}}`)).toBe('tooDeep');
  });
});

describe('decode of a compact message', () => {
  const message = '{"event":"status.update","payload":{"id":"1","content":"é 🦣"}}';

  it('keeps the payload as bytes and parses nothing', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const { name, bytes } = event(message);
    expect([name, bytes?.toString()]).toEqual(['status.update', '{"id":"1","content":"é 🦣"}']);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it.each([
    ['another member', message.replace('}}', '},"queued_at":1}')],
    ['blanks', message.replace(':{', ': {')],
    ['a name in upper case', message.replace('status', 'Status')],
    ['a string as payload', '{"event":"update","payload":"{}"}'],
    ['the members in another order', '{"payload":{},"event":"update"}'],
  ])('leaves a message with %s to JSON.parse', (_, text) => {
    expect(event(text).bytes).toBeUndefined();
  });

  it('reads bytes that are not UTF-8 as U+FFFD, in text and payload alike', () => {
    const decoded = decode(Buffer.from('{"event":"update","payload":{"a":"\xff"}}', 'latin1')) as StreamEvent;
    expect([decoded.text, decoded.payload]).toEqual(['{"a":"\ufffd"}', { a: '\ufffd' }]);
  });
});

describe('decode', () => {
  const jsonText = fc
    .tuple(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'))
    .map(([value, indent]) => JSON.stringify(value, null, indent));
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text));
  const otherMembers = fc.dictionary(
    fc.string().filter((key) => !['event', 'payload', 'pattern', 'data'].includes(key)),
    fc.jsonValue({ maxDepth: 3 }),
  );

  it('keeps a payload byte for byte and agrees with JSON.parse about its meaning', () => {
    fc.assert(
      fc.property(name, jsonText, otherMembers, fc.boolean(), (event_, payload, others, wrapped) => {
        const rest = Object.entries(others).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
        const members = [`"payload" :\n${payload} `, ...rest, `"event":${JSON.stringify(event_)}`];
        const message = `{${members.join(',')}}`;
        const decoded = event(wrapped ? `{"pattern":"p","data": ${message}}` : message);
        const value: unknown = JSON.parse(payload);
        expect(decoded.name).toBe(event_);
        if (value === null) {
          expect(decoded.text).toBeUndefined();
        } else if (typeof value === 'string') {
          expect(decoded.text).toBe(value);
        } else {
          expect(decoded.text).toBe(payload.replaceAll('\n', ' '));
          expect(decoded.payload).toEqual(value);
        }
      }),
    );
  });

  it('uses the last of several members with the same name, also if names have escapes', () => {
    const spelled = (key: string): fc.Arbitrary<string> =>
      fc
        .array(fc.boolean(), { minLength: key.length, maxLength: key.length })
        .map((escaped) =>
          Array.from(key, (letter, at) =>
            escaped[at] ? `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}` : letter,
          ).join(''),
        );
    const plain = fc.constantFrom('event', 'payload', 'other');
    const member = fc.record({
      key: fc.oneof(plain, spelled('event'), spelled('payload')),
      value: fc.constantFrom('"e"', '"f"', '{"a":1}', '[1,"event","payload"]', '{"payload":2}', '7'),
    });
    const names = fc.constantFrom<[string, string]>(['event', '"e"'], ['event', '"f"']);
    fc.assert(
      fc.property(names, fc.array(member, { maxLength: 5 }), ([key, value], members) => {
        const all = [{ key, value }, { key: 'payload', value: '{"first":[1]}' }, ...members];
        const text = `{${all.map((one) => `"${one.key}":${one.value}`).join(',')}}`;
        const meaning = JSON.parse(text) as Record<string, unknown>;
        const decoded = decode(Buffer.from(text));
        if (typeof meaning['event'] !== 'string') {
          expect(decoded).toBe(MalformedMessage.badEventName);
        } else if (typeof meaning['payload'] === 'string') {
          expect(decoded).toMatchObject({ name: meaning['event'], text: meaning['payload'] });
        } else {
          expect(decoded).toMatchObject({ name: meaning['event'], text: JSON.stringify(meaning['payload']) });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps whole numbers of any size', () => {
    fc.assert(
      fc.property(fc.bigInt(), (integer) => {
        expect(payloadText(`{"payload":${integer.toString()},"event":"e"}`)).toBe(integer.toString());
      }),
    );
  });

  it('agrees with JSON.parse about a message with any part overwritten, or calls it malformed', () => {
    const valid = '{"event":"update","payload":{"id":"1","a":["\\"",{}],"é":-1.5}}';
    const junk = fc.oneof(
      fc.constantFrom(...Array.from('{}[]",:\\0-.e '), '"event":"x"', ',"payload":1', ',"p\\u0061yload":[]', '\n'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.nat(valid.length), fc.nat(8), junk, (at, length, inserted) => {
        const text = Buffer.from(valid.slice(0, at) + inserted + valid.slice(at + length)).toString();
        const decoded = decode(Buffer.from(text));
        if (decoded instanceof StreamEvent) {
          const meaning = JSON.parse(text) as { event: string; payload: unknown };
          expect(decoded.name).toBe(meaning.event);
          expect(decoded.payload).toEqual(
            typeof meaning.payload === 'string'
              ? StreamEvent.of('e', meaning.payload).payload
              : (meaning.payload ?? undefined),
          );
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('calls random bytes malformed, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decode(Buffer.from(bytes))).toBeInstanceOf(MalformedMessage);
      }),
      { numRuns: 1_000 },
    );
  });
});

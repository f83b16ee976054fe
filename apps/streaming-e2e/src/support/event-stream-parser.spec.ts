import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EventStreamParser } from './event-stream-parser.js';
import type { ReceivedEvent } from './stream-client.js';

function parse(text: string, cuts: readonly number[] = []) {
  const events: ReceivedEvent[] = [];
  const parser = new EventStreamParser((event) => events.push(event));
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  for (const [index, place] of [0, ...places].entries()) {
    parser.push(bytes.subarray(place, places[index] ?? bytes.length));
  }
  return { events, comments: parser.comments };
}

describe('the tests’ own reading of an event stream', () => {
  it('gives names, data of several lines, comments, and the text of each block', () => {
    const { events, comments } = parse(':)\nevent: update\ndata: {"a":1}\n\n:thump\nid: 7\ndata: one\ndata:two\n\n');
    expect(events).toEqual([
      { event: 'update', payload: '{"a":1}', raw: 'event: update\ndata: {"a":1}\n\n' },
      { event: 'message', payload: 'one\ntwo', raw: 'id: 7\ndata: one\ndata:two\n\n' },
    ]);
    expect(comments).toEqual([')', 'thump']);
  });

  it('never gives an event without data, nor one whose end has not come', () => {
    expect(parse('event: filters_changed\n\nevent: late\ndata: x\n').events).toEqual([]);
  });

  it('ends lines at CR, LF and CRLF', () => {
    expect(parse('data: a\r\n\r\ndata: b\r\rdata: c\n\n').events.map(({ payload }) => payload)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('gives the same, wherever the bytes are cut', () => {
    const text = 'event: update\ndata: é😀 {"x":"y"}\r\n\r\n:thump\ndata: second\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 8 }), (cuts) => {
        expect(parse(text, cuts).events.map(({ event, payload }) => ({ event, payload }))).toEqual([
          { event: 'update', payload: 'é😀 {"x":"y"}' },
          { event: 'message', payload: 'second' },
        ]);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MessageReader } from './message-reader.js';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const aggregate = (mark: string, ...parts: readonly string[]): string => `${mark}${parts.length}\r\n${parts.join('')}`;

/** Published messages in all forms that Redis has for them. */
const message = fc
  .record({
    mark: fc.constantFrom('*', '>'),
    pattern: fc.option(fc.string({ unit: 'grapheme', maxLength: 9 }), { nil: undefined }),
    channel: fc.string({ unit: 'grapheme', maxLength: 9 }),
    content: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('\r\n$3\r\n*1\r\n')),
  })
  .map(({ mark, pattern, channel, content }) => ({
    found: `${channel}\n${content}`,
    bytes:
      pattern === undefined
        ? aggregate(mark, bulk('message'), bulk(`n:${channel}`), bulk(content))
        : aggregate(mark, bulk('pmessage'), bulk(pattern), bulk(`n:${channel}`), bulk(content)),
  }));

/** Replies of every type, some of which look like messages. */
const other = fc
  .constantFrom(
    '+OK\r\n',
    '-ERR max number of clients reached\r\n',
    ':42\r\n',
    '_\r\n',
    ',3.14\r\n',
    '#t\r\n',
    '(349999999999999999999\r\n',
    '$-1\r\n',
    '*-1\r\n',
    '*0\r\n',
    bulk(''),
    bulk('>3\r\n$7\r\nmessage\r\n'),
    `=8\r\ntxt:some\r\n`,
    `!3\r\nERR\r\n`,
    aggregate('*', bulk('pong'), bulk('')),
    aggregate('>', bulk('subscribe'), bulk('n:timeline:1'), ':1\r\n'),
    aggregate('*', bulk('message'), bulk('n:1')),
    aggregate('*', bulk('message'), bulk('n:1'), ':1\r\n'),
    aggregate('*', bulk('messages'), bulk('n:1'), bulk('x')),
    aggregate('*', aggregate('*', bulk('message'), bulk('n:1'), bulk('x')), bulk('2')),
    aggregate('~', ':1\r\n', ':2\r\n'),
    `%1\r\n${bulk('server')}${aggregate('*', bulk('redis'))}`,
    `|1\r\n+ttl\r\n:3600\r\n:1\r\n`,
  )
  .map((bytes) => ({ found: undefined, bytes }));

describe('MessageReader', () => {
  it('takes out each message and passes everything else on, in order, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(message, other), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
        (replies, cuts) => {
          const all = Buffer.from(replies.map(({ bytes }) => bytes).join(''));
          const found: string[] = [];
          const reader = new MessageReader(
            2,
            (channel, content) => found.push(`${channel}\n${content.toString()}`),
            (bytes) => found.push(`other ${bytes.toString()}`),
          );
          for (let at = 0, turn = 0; at < all.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            reader.read(all.subarray(at, at + size));
            at += size;
          }
          expect(joined(found)).toEqual(joined(replies.map(({ found: text, bytes }) => text ?? `other ${bytes}`)));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('passes on everything from the first bytes that are no reply, without holding any of it back', () => {
    for (const broken of [
      'HTTP/1.1 400\r\n',
      '$x\r\n',
      '*3\r\n$7\r\nmessage\r\n$x\r\n',
      '$-2\r\n',
      '$\r\n',
      '>1\r\n\r\n',
    ]) {
      const passedOn: string[] = [];
      const reader = new MessageReader(
        0,
        () => passedOn.push('a message'),
        (bytes) => passedOn.push(bytes.toString()),
      );
      const after = aggregate('*', bulk('message'), bulk('1'), bulk('x'));
      reader.read(Buffer.from(`+OK\r\n${broken}${after}`));
      reader.read(Buffer.from(after));
      expect(passedOn.join('')).toBe(`+OK\r\n${broken}${after}${after}`);
    }
  });

  it('joins the chunks of a large message once', () => {
    const content = 'x'.repeat(8 * 2 ** 20);
    const bytes = Buffer.from(aggregate('>', bulk('message'), bulk('1'), bulk(content)));
    const concat = vi.spyOn(Buffer, 'concat');
    const found: number[] = [];
    const reader = new MessageReader(
      0,
      (_, { length }) => found.push(length),
      () => found.push(-1),
    );
    for (let at = 0; at < bytes.length; at += 2 ** 16) {
      reader.read(bytes.subarray(at, at + 2 ** 16));
    }
    expect([found, concat.mock.calls.length]).toEqual([[content.length], 1]);
    concat.mockRestore();
  });
});

/** Replies may be passed on together: what stands beside each other is one. */
function joined(found: readonly string[]): string[] {
  return found.reduce<string[]>((all, text) => {
    if (text.startsWith('other ') && all.at(-1)?.startsWith('other ') === true) {
      return [...all.slice(0, -1), (all.at(-1) ?? '') + text.slice('other '.length)];
    }
    return [...all, text];
  }, []);
}

import fc from 'fast-check';

/** What inputs are likely to trip over, on each of the surfaces. */
const dictionary = [
  ...[
    '\r\n',
    '\n\n',
    '\r',
    '\0',
    '\ufeff',
    '"',
    '\\',
    '\\u0000',
    '\\ud800',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    'null',
    '-0',
    '1e999',
  ],
  ...['event', 'payload', 'data: x\n\n', 'event: delete\n', 'update', 'status.update', 'conversation', 'notification'],
  ...['"visibility":"private"', '"visibility":"direct"', '"visibility":"public"', '"reblog":', '"quote":', '"status":'],
  ...['"type":"subscribe"', '"stream":"public"', '"stream":"hashtag"', '"tag":"', '"__proto__":', '"constructor":'],
  ...[
    'GET ',
    'HEAD ',
    'OPTIONS ',
    ' HTTP/1.1',
    'Host: x\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\n',
  ],
  ...[
    'Upgrade: websocket\r\n',
    'Connection: Upgrade\r\n',
    'Upgrade: h2c\r\n',
    'Expect: 100-continue\r\n',
    '%00',
    '%2e%2e/',
    '?stream=',
  ],
].map((text) => Buffer.from(text));

type Mutation = (input: Buffer) => Buffer;

const at = fc.nat({ max: 1_000_000 });
const place = (position: number, input: Buffer) => position % (input.length + 1);

const mutation = (others: readonly Buffer[]): fc.Arbitrary<Mutation> =>
  fc.oneof(
    // Change a byte.
    fc.tuple(at, fc.nat({ max: 255 })).map(([position, byte]): Mutation => {
      return (input) => {
        const changed = Buffer.from(input);
        changed[position % Math.max(1, changed.length)] = byte;
        return changed;
      };
    }),
    // Insert a word.
    fc.tuple(at, fc.constantFrom(...dictionary)).map(([position, word]): Mutation => {
      return (input) =>
        Buffer.concat([input.subarray(0, place(position, input)), word, input.subarray(place(position, input))]);
    }),
    // Take a piece out.
    fc.tuple(at, fc.nat({ max: 40 })).map(([position, length]): Mutation => {
      return (input) => {
        const start = place(position, input);
        return Buffer.concat([input.subarray(0, start), input.subarray(start + length)]);
      };
    }),
    // Repeat a piece.
    fc.tuple(at, fc.nat({ max: 40 }), fc.nat({ max: 20 })).map(([position, length, times]): Mutation => {
      return (input) => {
        const start = place(position, input);
        const piece = input.subarray(start, start + length);
        return Buffer.concat([input.subarray(0, start), ...Array<Buffer>(times).fill(piece), input.subarray(start)]);
      };
    }),
    // Continue with another input.
    fc.tuple(at, at, fc.constantFrom(...others)).map(([position, from, other]): Mutation => {
      return (input) => Buffer.concat([input.subarray(0, place(position, input)), other.subarray(place(from, other))]);
    }),
  );

/** Inputs of the corpus, each changed in one to six ways. */
export function mutated(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation(corpus), { minLength: 1, maxLength: 6 }))
    .map(([input, mutations]) => mutations.reduce((changed, change) => change(changed), input).subarray(0, 20_000));
}

import fc from 'fast-check';

import { clientFrame } from '../conformance/raw-websocket.js';

const words = [
  'update',
  'status.update',
  'delete',
  'filters_changed',
  'x\n\ndata: forged',
  'a\rb',
  '',
  '__proto__',
  'é😀',
];

/** Text that is likely to break lines, quotes, frames or encodings. */
const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(...words),
  fc
    .array(
      fc.constantFrom('\n', '\r', '\r\n', '\n\n', 'data: ', 'event: delete', ':', '\u2028', '\0', '"', '\\', '\ud800'),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
);

const anyValue = fc.oneof(
  fc.jsonValue({ noUnicodeString: false }),
  nastyText,
  fc.constantFrom(null, -0, 1e308, 2 ** 60),
);

/** A payload with random members of a status. */
const nearlyStatus = fc.record(
  {
    id: anyValue,
    visibility: fc.oneof(fc.constant('public'), anyValue),
    account: fc.oneof(fc.constant({ id: '109999999999999999', username: 'a', acct: 'a' }), anyValue),
    mentions: anyValue,
    content: fc.oneof(nastyText, anyValue),
    poll: anyValue,
    media_attachments: anyValue,
    reblog: anyValue,
    quote: anyValue,
    language: anyValue,
    filtered: anyValue,
  },
  { requiredKeys: ['visibility', 'account'] },
);

const event = fc.record(
  {
    event: fc.oneof(fc.constantFrom(...words), anyValue),
    payload: fc.oneof(
      nearlyStatus,
      nearlyStatus.map((status) => JSON.stringify(status)),
      nastyText,
      anyValue,
    ),
    queued_at: anyValue,
  },
  { requiredKeys: [] },
);

/** Random published bytes, and texts close to a valid message. */
export const anyMessage: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  nastyText.map((text) => Buffer.from(text)),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  event.map((value) => Buffer.from(JSON.stringify(value))),
  fc.record({ pattern: anyValue, data: event }).map((value) => Buffer.from(JSON.stringify(value))),
  // Truncated, or with one foreign byte.
  fc.tuple(event, fc.nat(), fc.uint8Array({ maxLength: 2 })).map(([value, at, bytes]) => {
    const text = Buffer.from(JSON.stringify(value));
    const place = at % (text.length + 1);
    return Buffer.concat([text.subarray(0, place), bytes, ...(at % 3 === 0 ? [] : [text.subarray(place)])]);
  }),
);

const anyOpcode = fc.constantFrom(0, 1, 1, 1, 2, 3, 8, 9, 10, 15);

/** Random bytes on an open WebSocket: frames of every kind, and bytes that are not frames. */
export const anyFrame: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc
    .record({ payload: fc.uint8Array({ maxLength: 130 }), opcode: anyOpcode, fin: fc.boolean() })
    .map(({ payload, ...options }) => clientFrame(payload, options)),
  nastyText.map((text) => clientFrame(text)),
);

/** Random client messages: every member may have any type. */
export const anyClientMessage: fc.Arbitrary<string> = fc
  .record(
    {
      type: fc.oneof(fc.constantFrom('subscribe', 'subscribe', 'unsubscribe'), anyValue),
      stream: fc.oneof(fc.constantFrom('user', 'public', 'hashtag', 'list', 'direct', 'hashtag:local'), anyValue),
      tag: fc.oneof(fc.constantFrom('x', 'Foo', 'ー'), anyValue),
      list: fc.oneof(fc.bigInt({ min: -5n, max: 2n ** 64n }).map(String), anyValue),
    },
    { requiredKeys: [] },
  )
  .map((message) => JSON.stringify(message));

/** A random path, query and token, percent-encoded or not. */
export const anyRequest = fc.record({
  path: fc.constantFrom(
    'user',
    'public',
    'hashtag',
    'list',
    'direct',
    'health',
    'nothing',
    '',
    '/',
    '..',
    '%2e%2e',
    '*',
  ),
  query: fc.array(
    fc.tuple(
      fc.constantFrom('tag', 'list', 'stream', 'only_media', 'access_token', '__proto__', 'tag[]', 'tag.a'),
      fc.oneof(
        nastyText.map((text) => encodeURIComponent(Buffer.from(text).toString())),
        fc.constantFrom('%', '%zz', '%00', '%ff', '=&', '+', '[]'),
      ),
    ),
    { maxLength: 4 },
  ),
  header: fc.uint8Array({ maxLength: 40 }).map((bytes) =>
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\r\n\0]/g, ''),
  ),
});

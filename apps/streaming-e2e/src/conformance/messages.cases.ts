/** A message on a home channel, and the bytes in which it reaches a client of `user`. */
export interface MessageCase {
  readonly name: string;
  /** As it stands on Redis. */
  readonly message: string;
  /** The block of an event stream. */
  readonly eventStream: string;
  /** The frame of a WebSocket. */
  readonly webSocket: string;
}

/** Numbers that JavaScript would round or shorten, and keys that it would put in another order. */
const exact = '{"z":1,"2":"b","1":"a","id":9007199254740993001,"price":1.10,"far":1E400,"esc":"\\u00e9\\/"}';
const long = `{"content":"${'Ünïcødé 😀 '.repeat(12_000)}"}`;

/** An event whose JSON payload arrives as the text that was published. */
function untouched(name: string, event: string, payload: string): MessageCase {
  return {
    name,
    message: `{"event":"${event}","payload":${payload}}`,
    eventStream: `event: ${event}\ndata: ${payload}\n\n`,
    webSocket: `{"stream":["user"],"event":"${event}","payload":${JSON.stringify(payload)}}`,
  };
}

/** Events as Mastodon publishes them. */
const events: readonly MessageCase[] = [
  untouched('update: a status', 'update', '{"id":"110000000000000001","content":"<p>Hi</p>"}'),
  untouched('status.update: an edited status', 'status.update', '{"id":"110000000000000001","edited_at":"2026-01-01"}'),
  untouched('notification', 'notification', '{"id":"34975861","type":"mention"}'),
  untouched('conversation', 'conversation', '{"id":"418374","unread":true}'),
  untouched('announcement', 'announcement', '{"id":"8","content":"<p>Soon</p>"}'),
  untouched('announcement.reaction', 'announcement.reaction', '{"name":"bongoCat","count":9,"announcement_id":"8"}'),
  untouched('an unknown event', 'quote.revoked:v2', '{"anything":[null,{}]}'),
  untouched('numbers beyond 2^53, key order and escapes', 'update', exact),
  untouched('a payload of 200 KB', 'update', long),
  untouched('U+2028 and U+2029, which end lines for some readers', 'update', '{"content":"a\u2028b\u2029c"}'),
  untouched('escaped line breaks and lone surrogates', 'update', '{"content":"a\\nb\\r\\u2028\\ud83d"}'),
  untouched('an array', 'update', '[1,"2",[]]'),
  untouched('a number', 'update', '9007199254740993001'),
  untouched('false', 'update', 'false'),
  {
    name: 'delete: the bare id',
    message: '{"event":"delete","payload":"107214471804101576"}',
    eventStream: 'event: delete\ndata: 107214471804101576\n\n',
    webSocket: '{"stream":["user"],"event":"delete","payload":"107214471804101576"}',
  },
  {
    name: 'announcement.delete: the bare id',
    message: '{"event":"announcement.delete","payload":"8"}',
    eventStream: 'event: announcement.delete\ndata: 8\n\n',
    webSocket: '{"stream":["user"],"event":"announcement.delete","payload":"8"}',
  },
  {
    name: 'notifications_merged: "1"',
    message: '{"event":"notifications_merged","payload":"1"}',
    eventStream: 'event: notifications_merged\ndata: 1\n\n',
    webSocket: '{"stream":["user"],"event":"notifications_merged","payload":"1"}',
  },
  {
    name: 'filters_changed: no payload, for which event streams need a substitute',
    message: '{"event":"filters_changed"}',
    eventStream: 'event: filters_changed\ndata: {}\n\n',
    webSocket: '{"stream":["user"],"event":"filters_changed"}',
  },
  {
    name: 'a payload of null, which counts as absent',
    message: '{"event":"filters_changed","payload":null}',
    eventStream: 'event: filters_changed\ndata: {}\n\n',
    webSocket: '{"stream":["user"],"event":"filters_changed"}',
  },
];

/** Messages of other publishers. */
const forms: readonly MessageCase[] = [
  {
    name: 'older publishers: queued_at, and the payload encoded as a string',
    message: '{"event":"update","payload":"{\\"id\\": \\"110000000000000001\\"}","queued_at":1700000000000}',
    eventStream: 'event: update\ndata: {"id": "110000000000000001"}\n\n',
    webSocket: '{"stream":["user"],"event":"update","payload":"{\\"id\\": \\"110000000000000001\\"}"}',
  },
  {
    name: 'NestJS publishers: pattern and data',
    message: '{"pattern":"timeline:home","data":{"event":"update","payload":{"id":9007199254740993}}}',
    eventStream: 'event: update\ndata: {"id":9007199254740993}\n\n',
    webSocket: '{"stream":["user"],"event":"update","payload":"{\\"id\\":9007199254740993}"}',
  },
  {
    name: 'NestJS publishers: a string, and members in another order',
    message: '{"data":{"payload":"107214471804101576","event":"delete"},"pattern":"timeline:home"}',
    eventStream: 'event: delete\ndata: 107214471804101576\n\n',
    webSocket: '{"stream":["user"],"event":"delete","payload":"107214471804101576"}',
  },
  {
    name: 'NestJS publishers: no payload',
    message: '{"pattern":"timeline:home","data":{"event":"filters_changed"}}',
    eventStream: 'event: filters_changed\ndata: {}\n\n',
    webSocket: '{"stream":["user"],"event":"filters_changed"}',
  },
  {
    name: 'a payload before the event, among unknown members',
    message: '{"v":{"payload":"no","event":"no"},"payload":{"id":"1"},"event":"update","by":["event"]}',
    eventStream: 'event: update\ndata: {"id":"1"}\n\n',
    webSocket: '{"stream":["user"],"event":"update","payload":"{\\"id\\":\\"1\\"}"}',
  },
  {
    name: 'JSON on several lines: one data line',
    message: '{\n  "event": "update",\n  "payload": {\n    "id": "1",\r\n    "n": [1,\n2]\n  }\n}\n',
    eventStream: 'event: update\ndata: {     "id": "1",      "n": [1, 2]   }\n\n',
    webSocket: '{"stream":["user"],"event":"update","payload":"{     \\"id\\": \\"1\\",      \\"n\\": [1, 2]   }"}',
  },
  {
    name: 'a string with line breaks: several data lines, and no forged event',
    message: '{"event":"note","payload":"a\\n\\nevent: delete\\r\\ndata: 1\\rid: 7"}',
    eventStream: 'event: note\ndata: a\ndata: \ndata: event: delete\ndata: data: 1\ndata: id: 7\n\n',
    webSocket: '{"stream":["user"],"event":"note","payload":"a\\n\\nevent: delete\\r\\ndata: 1\\rid: 7"}',
  },
  {
    name: 'a string with U+2028, quotes and an emoji',
    message: '{"event":"note","payload":"\\"\u2028\\ud83d\\ude00"}',
    eventStream: 'event: note\ndata: "\u2028😀\n\n',
    webSocket: '{"stream":["user"],"event":"note","payload":"\\"\u2028😀"}',
  },
  {
    name: 'an empty string',
    message: '{"event":"note","payload":""}',
    eventStream: 'event: note\ndata: \n\n',
    webSocket: '{"stream":["user"],"event":"note","payload":""}',
  },
];

/** Every message that is an event. */
export const messageCases: readonly MessageCase[] = [...events, ...forms];

/** A malformed message: the server counts it under a reason and delivers it to no client. */
export interface MalformedCase {
  readonly name: string;
  readonly message: string;
  /** The label of `fedistream_messages_malformed_total`. */
  readonly reason: string;
}

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Every kind of message that is dropped. */
export const malformedCases: readonly MalformedCase[] = [
  { name: 'nothing', message: '', reason: 'notJson' },
  { name: 'half of a message', message: '{"event":"update","payl', reason: 'notJson' },
  { name: 'text after the message', message: '{"event":"update","payload":{}} x', reason: 'notJson' },
  { name: 'null', message: 'null', reason: 'notAnObject' },
  { name: 'an array', message: '[{"event":"update"}]', reason: 'notAnObject' },
  { name: 'a string', message: '"update"', reason: 'notAnObject' },
  { name: 'a number', message: '42', reason: 'notAnObject' },
  { name: 'no event', message: '{"payload":{"id":"1"}}', reason: 'noEvent' },
  { name: 'an event of null', message: '{"event":null,"payload":{}}', reason: 'noEvent' },
  { name: 'a NestJS packet without event', message: '{"pattern":"x","data":{"payload":{}}}', reason: 'noEvent' },
  { name: 'an event that is a number', message: '{"event":7,"payload":{}}', reason: 'badEventName' },
  { name: 'an empty event', message: '{"event":"","payload":{}}', reason: 'badEventName' },
  {
    name: 'an event with a line break, which would forge another one',
    message: '{"event":"x\\n\\nevent: delete","payload":"1"}',
    reason: 'badEventName',
  },
  { name: 'an event with a carriage return', message: '{"event":"x\\r","payload":"1"}', reason: 'badEventName' },
  { name: 'a payload a thousand deep', message: `{"event":"update","payload":${deep(1_000)}}`, reason: 'tooDeep' },
  {
    name: 'a payload a thousand deep, encoded as a string',
    message: `{"event":"update","payload":"${deep(1_000)}"}`,
    reason: 'tooDeep',
  },
];

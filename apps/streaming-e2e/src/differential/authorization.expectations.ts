import { scopeCases } from '../conformance/streams.cases.js';
import { tokenPlaces } from '../conformance/tokens.cases.js';
import {
  EventStreamClient,
  eventStreamUrl,
  streamingPath,
  WebSocketClient,
  type StreamClient,
} from '../support/index.js';
import { byMessage, byUrl, carriers, eventStream, outcomeOf, withStream } from './carriers.js';
import type { Expectation } from './expectation.js';
import { documentedStreams, requestOf } from './streams.js';
import type { Target } from './target.js';

const noScope = 'Access token does not have the required scopes';

/** Which scopes open which stream. */
const scopes: readonly Expectation[] = scopeCases.flatMap(({ scopes: granted }) =>
  documentedStreams.flatMap((stream) =>
    carriers.map((carrier): Expectation => {
      const held = granted?.split(' ') ?? [];
      const opens = stream.scopes.some((scope) => held.includes(scope));
      const opensAny = documentedStreams.some((one) => one.scopes.some((scope) => held.includes(scope)));
      const by = carrier === eventStream || !opensAny ? 'status' : 'frame';
      return {
        title: `the scopes "${granted ?? 'NULL'}" ${opens ? 'open' : 'do not open'} ${stream.name} (${carrier.name})`,
        // A token that opens no stream at all gets no WebSocket here, and one in Mastodon.
        source: granted === null || (carrier.labelled && !opensAny) ? 'Fedistream' : 'Mastodon',
        expected: opens ? 'open' : { by, status: 401, error: noScope },
        async observe(target) {
          const { token } = await target.fixtures.token(target.persons.viewer.user, { scopes: granted });
          return outcomeOf(target, carrier, requestOf(stream, target, { token }));
        },
      };
    }),
  ),
);

/** Where a token is looked for, and in which order. */
const places: readonly Expectation[] = tokenPlaces.flatMap(({ name, headers, query }) =>
  documentedStreams.flatMap((stream) =>
    [eventStream, byUrl].map((carrier): Expectation => ({
      title: `${stream.name} with its token in ${name} (${carrier.name})`,
      source: /"(bearer|BEARER|bEaReR)/.test(name) ? 'Fedistream' : 'Mastodon',
      expected: 'open',
      observe(target) {
        const { viewer, other } = target.persons;
        const wanted = requestOf(stream, target);
        const sent = headers?.(viewer.token, other.token) ?? {};
        const params = { ...wanted.params, ...query?.(viewer.token, other.token) };
        const opening =
          carrier === eventStream
            ? EventStreamClient.open(eventStreamUrl(target.server, { stream: stream.name, params }), sent)
            : openWebSocket(target, { stream: stream.name, ...params }, sent);
        return withStream(target, opening, wanted.channel, () => Promise.resolve('open'));
      },
    })),
  ),
);

const missingTag = { status: 400, error: 'Missing tag name parameter' };
const missingList = { status: 400, error: 'Missing list name parameter' };
const noList = { status: 401, error: 'Not authorized to stream this list' };
const unknown = { status: 400, error: 'Unknown stream type' };

/** A stream that is refused for its name or a parameter. */
const refusals: readonly (readonly [
  stream: string,
  params: (target: Target) => Readonly<Record<string, string>>,
  refusal: object,
  source?: Expectation['source'],
])[] = [
  ...['hashtag', 'hashtag:local'].flatMap((stream) => [
    [stream, () => ({}), missingTag] as const,
    [stream, () => ({ tag: '' }), missingTag] as const,
    [stream, () => ({ list: '1' }), missingTag] as const,
    [stream, () => ({ tag: '#!' }), missingTag, 'Fedistream'] as const,
  ]),
  ['list', () => ({}), missingList],
  ['list', () => ({ list: '' }), missingList],
  ['list', () => ({ tag: 'x' }), missingList],
  ['list', ({ persons }) => ({ list: persons.otherList }), noList],
  ['list', () => ({ list: '9223372036854775807' }), noList],
  ['list', () => ({ list: '9223372036854775808' }), noList],
  ['list', () => ({ list: 'abc' }), noList],
  ['list', () => ({ list: '1.5' }), noList],
  ['list', ({ persons }) => ({ list: `0${persons.list}` }), noList, 'Fedistream'],
  ['list', ({ persons }) => ({ list: ` ${persons.list}` }), noList, 'Fedistream'],
];

const parameters: readonly Expectation[] = refusals.flatMap(([stream, params, refusal, source = 'Mastodon'], index) =>
  carriers.map((carrier): Expectation => ({
    title: `${stream} is refused for its parameters, ${index + 1} (${carrier.name})`,
    source,
    expected: { by: carrier === eventStream ? 'status' : 'frame', ...refusal },
    observe: (target) =>
      outcomeOf(target, carrier, {
        token: target.persons.viewer.token,
        stream,
        params: params(target),
        channel: 'timeline:nothing',
      }),
  })),
);

const unknownNames = [
  'nothing',
  'system',
  'user/notification',
  'timeline:public',
  '__proto__',
  'constructor',
  'USER',
  'user ',
  'public:media:local',
  'hashtag:remote',
];

const names: readonly Expectation[] = unknownNames.flatMap((stream) =>
  [byUrl, byMessage].map((carrier): Expectation => ({
    title: `the unknown stream "${stream}" is refused (${carrier.name})`,
    source: 'Mastodon',
    expected: { by: 'frame', ...unknown },
    observe: (target) =>
      outcomeOf(target, carrier, { token: target.persons.viewer.token, stream, channel: 'timeline:nothing' }),
  })),
);

/** The expected answers to clients that open streams. */
export const authorizationExpectations: readonly Expectation[] = [...scopes, ...places, ...parameters, ...names];

function openWebSocket(
  { server }: Target,
  query: Readonly<Record<string, string>>,
  { 'Sec-WebSocket-Protocol': protocol, ...headers }: Readonly<Record<string, string>>,
): Promise<StreamClient> {
  const url = server.url(streamingPath, 'ws');
  url.search = new URLSearchParams(query).toString();
  return WebSocketClient.open(url, { headers, ...(protocol === undefined ? {} : { protocols: [protocol] }) });
}

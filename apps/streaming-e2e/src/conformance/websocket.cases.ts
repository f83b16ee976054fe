/** An upgrade that is refused with a status, and how. */
export interface UpgradeCase {
  readonly name: string;
  /** Path and query; `OTHERS` stands for a list of another account. */
  readonly path: string;
  /** The scopes of the token; no token at all when `none`. */
  readonly scopes?: 'none' | 'write' | 'read:notifications';
  readonly status: number;
  /** `X-Error-Message`. */
  readonly message: string;
  /** The reason in `WWW-Authenticate`; empty when there is none in it. */
  readonly challenge?: string;
}

const base = '/api/v1/streaming';
/** Paths that proxies and old clients make of the documented one. */
export const upgradePaths: readonly string[] = [
  base,
  `${base}/`,
  '/',
  '//',
  '/metrics',
  '/nothing',
  `${base}/user`,
  `${base}/public/local/`,
  `${base}/health`,
  `${base}//`,
  '/api/v1',
  `/${base}`,
];
const noScope = 'Access token does not have the required scopes';

/** Upgrades that are refused before the protocol switch. */
export const upgradeCases: readonly UpgradeCase[] = [
  ...upgradePaths.map((path) => ({
    name: `on ${path} without a token`,
    path,
    scopes: 'none' as const,
    status: 401,
    message: 'Missing access token',
    challenge: '',
  })),
  {
    name: 'with a token that does not exist',
    path: `${base}?access_token=nobody`,
    scopes: 'none',
    status: 401,
    message: 'Invalid access token',
    challenge: 'invalid_token',
  },
  {
    name: 'with NUL in its token',
    path: `${base}?access_token=a%00b`,
    scopes: 'none',
    status: 400,
    message: 'Bad request',
  },
  {
    name: 'with a token that may read nothing, although no stream is asked for',
    path: base,
    scopes: 'write',
    status: 401,
    message: noScope,
    challenge: 'insufficient_scope',
  },
];

/** A stream in the URL of an upgrade that is refused with an error frame, on a socket that stays open. */
export interface StreamRefusalCase {
  readonly name: string;
  /** Path and query; `OTHERS` stands for another account's list. */
  readonly path: string;
  readonly scopes?: 'read:notifications';
  readonly status: number;
  readonly error: string;
}

/** Everything about a stream that is refused after the protocol was switched. */
export const streamRefusalCases: readonly StreamRefusalCase[] = [
  {
    name: 'for a stream beyond its scopes',
    path: `${base}?stream=user`,
    scopes: 'read:notifications',
    status: 401,
    error: noScope,
  },
  {
    name: 'for an unknown stream behind a second question mark',
    path: `${base}?x=?&stream=nothing`,
    status: 400,
    error: 'Unknown stream type',
  },
  ...['nothing', 'system', 'user/notification', 'timeline:public', '__proto__', 'constructor'].map((stream) => ({
    name: `for the unknown stream ${stream}`,
    path: `${base}/?stream=${stream}`,
    status: 400,
    error: 'Unknown stream type',
  })),
  ...['hashtag', 'hashtag:local'].flatMap((stream) =>
    ['', '&tag=', '&tag=%23%21'].map((tag) => ({
      name: `for ${stream} without a tag: "${tag}"`,
      path: `${base}?stream=${stream}${tag}`,
      status: 400,
      error: 'Missing tag name parameter',
    })),
  ),
  {
    name: 'for a list without its id',
    path: `${base}?stream=list`,
    status: 400,
    error: 'Missing list name parameter',
  },
  ...['OTHERS', '05', '%205', '+5', '1.5', 'abc', '9223372036854775807', '9223372036854775808'].map((list) => ({
    name: `for the list ${list}`,
    path: `${base}?stream=list&list=${list}`,
    status: 401,
    error: 'Not authorized to stream this list',
  })),
];

/** A message of a client, and the error frame that answers it. */
export interface MessageErrorCase {
  readonly message: Readonly<Record<string, unknown>>;
  readonly error: string;
  readonly status: number;
}

const unknownStreams = [
  undefined,
  null,
  7,
  '',
  {},
  [],
  [['user']],
  'nothing',
  'system',
  'toString',
  '__proto__',
  'user ',
];
const noTag = [undefined, null, '', '#', '!?', {}, [], true, [''], [['x']]];

/** Subscriptions that are refused. `OTHERS` stands for a list of another account. */
export const messageErrorCases: readonly MessageErrorCase[] = [
  ...unknownStreams.map((stream) => ({ message: { stream }, error: 'Unknown stream type', status: 400 })),
  ...noTag.map((tag) => ({ message: { stream: 'hashtag', tag }, error: 'Missing tag name parameter', status: 400 })),
  { message: { stream: 'list' }, error: 'Missing list name parameter', status: 400 },
  ...['OTHERS', ' 5', '05', '+5', '1.5', 1.5, -1, 2 ** 60, '9223372036854775807', '9223372036854775808', '٥'].map(
    (list) => ({
      message: { stream: 'list', list },
      error:
        typeof list === 'number' && list !== -1 ? 'Missing list name parameter' : 'Not authorized to stream this list',
      status: typeof list === 'number' && list !== -1 ? 400 : 401,
    }),
  ),
  { message: { stream: 'hashtag', tag: 'a\0b' }, error: 'Invalid tag parameter', status: 400 },
  { message: { stream: 'hashtag', tag: 'a'.repeat(1_001) }, error: 'Invalid tag parameter', status: 400 },
];

/** What an unsubscribe message is refused for; everything else that is not subscribed is left in silence. */
export const unsubscribeErrorCases: readonly MessageErrorCase[] = messageErrorCases.filter(
  ({ message, status }) => status === 400 && !['#', '!?'].includes(message['tag'] as string),
);

/** Text frames without a message: the server ignores them and keeps the socket open. */
export const ignoredFrames: readonly string[] = [
  '',
  ' ',
  'subscribe',
  '{"type":"subscribe","stream":"direct"',
  '"subscribe"',
  '42',
  'null',
  'true',
  '[]',
  '[{"type":"subscribe","stream":"direct"}]',
  '{}',
  '{"stream":"direct"}',
  '{"type":null,"stream":"direct"}',
  '{"type":"Subscribe","stream":"direct"}',
  '{"type":["subscribe"],"stream":"direct"}',
  '{"type":"message","stream":"direct"}',
  '{"type":"constructor","stream":"direct"}',
  '{"event":"subscribe","data":{"stream":"direct"}}',
  `${'['.repeat(4_000)}${']'.repeat(4_000)}`,
  '\u0000',
];

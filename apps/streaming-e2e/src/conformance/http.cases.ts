/** A request that opens no stream, and its response. */
export interface HttpCase {
  readonly name: string;
  /** GET when absent. */
  readonly method?: string;
  /** Path and query. `LIST` stands for a list of the viewer, `OTHERS` for a list of another account. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `true` sends the viewer's token, a text is sent as it is. */
  readonly token?: true | string;
  readonly status: number;
  /** The whole body; any body when absent. */
  readonly body?: string;
  /** Response headers: exact, by pattern, or absent. */
  readonly answers?: Readonly<Record<string, string | RegExp | undefined>>;
}

const base = '/api/v1/streaming';
const error = (text: string) => JSON.stringify({ error: text });
const json = { 'content-type': /^application\/json\b/, 'cache-control': 'private, no-store' };
const challenge = (reason?: string) => ({
  ...json,
  'www-authenticate': `Bearer realm="streaming"${reason === undefined ? '' : `, error="${reason}"`}`,
});

/** The paths of all streams, each with the parameters that it needs. */
export const streamPaths: readonly string[] = [
  'user',
  'user/notification',
  'public',
  'public/local',
  'public/remote',
  'public?only_media=1',
  'hashtag?tag=x',
  'hashtag/local?tag=x',
  'list?list=LIST',
  'direct',
].map((path) => `${base}/${path}`);

/** Methods that the server refuses. */
const otherMethods = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];

/** Paths that name no stream. The server compares names without decoding; one trailing slash is allowed. */
const unknownStreams = [
  'nothing',
  'user/nothing',
  'public/media',
  'public/local/media',
  'USER',
  'user:notification',
  'hashtags',
  'user//',
  'public//local',
  'public%2Flocal',
  'us%65r',
  '%F0',
  '%zz',
];

const notAList = [
  ['with a blank', '%205'],
  ['with a zero before it', '05'],
  ['with a sign', '%2B5'],
  ['with a fraction', '1.5'],
  ['that is no number', 'abc'],
  ['in hexadecimal', '0x5'],
  ['above 2^63-1', '9223372036854775808'],
  ['with a line break', '5%0A'],
  ['in other digits', '%D9%A5'],
  ['that is negative', '-1'],
] as const;

const badTags = [
  ['with NUL', 'a%00b'],
  ['of more than 1,000 characters', 'a'.repeat(1_001)],
] as const;

/** Requests that fail. */
const refusals: readonly HttpCase[] = [
  ...unknownStreams.map((path): HttpCase => ({
    name: `the unknown stream ${path}, before authentication`,
    path: `${base}/${path}`,
    status: 400,
    body: error('Unknown channel requested'),
    answers: json,
  })),
  ...[base, `${base}/`, '/', '/nothing', '/%zz', '/api/v1/timelines/home', `${base}s/user`].map((path): HttpCase => ({
    name: `no stream at all: ${path}`,
    path,
    status: 404,
    body: error('Not found'),
    answers: json,
  })),
  ...streamPaths.map((path): HttpCase => ({
    name: `${path} without a token`,
    path,
    status: 401,
    body: error('Missing access token'),
    answers: challenge(),
  })),
  {
    name: 'a token that does not exist',
    path: `${base}/user`,
    token: 'nobody-has-this-one',
    status: 401,
    body: error('Invalid access token'),
    answers: challenge('invalid_token'),
  },
  ...['hashtag', 'hashtag/local'].flatMap((stream) => [
    ...['', '?tag=', '?tag=%21%3F%2E', '?tag=%23'].map((query): HttpCase => ({
      name: `${stream}${query}: no tag`,
      path: `${base}/${stream}${query}`,
      token: true,
      status: 400,
      body: error('Missing tag name parameter'),
      answers: json,
    })),
    ...badTags.map(([what, tag]): HttpCase => ({
      name: `${stream} with a tag ${what}`,
      path: `${base}/${stream}?tag=${tag}`,
      token: true,
      status: 400,
      answers: json,
    })),
  ]),
  ...['', '?list='].map((query): HttpCase => ({
    name: `list${query}: no list`,
    path: `${base}/list${query}`,
    token: true,
    status: 400,
    body: error('Missing list name parameter'),
    answers: json,
  })),
  { name: 'a list with NUL', path: `${base}/list?list=5%00`, token: true, status: 400, answers: json },
  ...[
    ...notAList,
    ['of another account', 'OTHERS'] as const,
    ['that does not exist', '9223372036854775807'] as const,
  ].map(([what, list]): HttpCase => ({
    name: `a list ${what}`,
    path: `${base}/list?list=${list}`,
    token: true,
    status: 401,
    body: error('Not authorized to stream this list'),
    answers: challenge('insufficient_scope'),
  })),
  { name: 'a token with NUL', path: `${base}/user?access_token=a%00b`, status: 400, answers: json },
  {
    name: 'a token of more than 2,048 characters',
    path: `${base}/user?access_token=${'a'.repeat(2_049)}`,
    status: 400,
    answers: json,
  },
  {
    name: 'a token that is not UTF-8',
    path: `${base}/user?access_token=%ff%fe`,
    status: 401,
    body: error('Invalid access token'),
    answers: challenge('invalid_token'),
  },
  ...otherMethods.flatMap((method) =>
    [`${base}/user`, `${base}/health`, `${base}/nothing`, `${base}/%zz`, '/metrics', base].map((path): HttpCase => ({
      name: `${method} ${path}`,
      method,
      path,
      token: true,
      status: 405,
      body: error('Method not allowed'),
      answers: { ...json, allow: 'GET, HEAD, OPTIONS' },
    })),
  ),
];

/** Requests other than streams that succeed. */
const successes: readonly HttpCase[] = [
  ...['', '/', '?any=thing'].map((rest): HttpCase => ({
    name: `health${rest}`,
    path: `${base}/health${rest}`,
    status: 200,
    body: 'OK',
    answers: { 'content-type': /^text\/plain\b/, 'cache-control': 'private, no-store' },
  })),
  { name: 'metrics', path: '/metrics', status: 200, answers: { 'content-type': /^text\/plain; version=0\.0\.4/ } },
  ...[`${base}/health`, '/metrics'].map((path): HttpCase => ({
    name: `HEAD ${path}: what a GET says, without the body`,
    method: 'HEAD',
    path,
    status: 200,
    body: '',
    answers: { 'content-type': /^text\/plain\b/, 'content-length': /^[1-9]\d*$/ },
  })),
  ...[...streamPaths, `${base}/health`, `${base}/%zz`, '/metrics'].map((path): HttpCase => ({
    name: `the preflight of ${path}`,
    method: 'OPTIONS',
    path,
    headers: {
      Origin: 'https://client.example',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization,x-anything',
    },
    status: 204,
    body: '',
    answers: {
      'access-control-allow-methods': /\bGET\b/,
      'access-control-allow-headers': /^authorization, ?x-anything$/i,
    },
  })),
  ...streamPaths.map((path): HttpCase => ({
    name: `HEAD ${path}: the headers of the stream, and no stream`,
    method: 'HEAD',
    path,
    token: true,
    status: 200,
    body: '',
    answers: { 'content-type': 'text/event-stream', 'cache-control': 'private, no-store', 'x-accel-buffering': 'no' },
  })),
  {
    name: 'HEAD without a token',
    method: 'HEAD',
    path: `${base}/user`,
    status: 401,
    body: '',
    answers: { 'www-authenticate': 'Bearer realm="streaming"' },
  },
];

/** Every request whose response ends. */
export const httpCases: readonly HttpCase[] = [...successes, ...refusals];
